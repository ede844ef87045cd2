/* SPDX-License-Identifier: ISC */
/* Making an index: going through the lines. */
#include "journal/index.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/hex.h"
#include "base/mem.h"
#include "journal/index-make-internal.h"

enum { SLICE = 64 * 1024 };

/* Entries of one key are many in a slice: those just made are known. */
static void add_entry(struct index_maker *m, uint64_t key)
{
	uint64_t entry = key >> (64 - INDEX_KEY_BITS) << 16 |
	    (m->head.slices - 1);
	uint64_t *recent = &m->recent[(key >> 20) % INDEX_RECENT];

	if (*recent == entry + 1 || m->failed)
		return;
	*recent = entry + 1;
	m->failed = !index_sort_add(&m->sort, entry);
	m->error = errno;
}

static void widen(int64_t *since, int64_t *until, int64_t time)
{
	*since = time < *since ? time : *since;
	*until = time > *until ? time : *until;
}

static void begin_slice(struct index_maker *m, size_t at)
{
	index_put(&m->slices, at, 4);
	index_put(&m->slices, m->frame_lines, 4);
	m->slice_at = at;
	m->head.slices++;
	m->frame.slices++;
}

static void note_last(struct index_maker *m, struct span line, size_t at)
{
	struct span chain, text;
	uint64_t seq, from;

	m->head.last_at = (uint64_t)m->frame.frame.place + at;
	memset(m->head.chain, 0, DIGEST_RAW);
	m->head.last = 0;
	if (!journal_split(line, &seq, &chain, &text) &&
	    !journal_split_pruned(line, &from, &seq, &chain, &text))
		return;
	m->head.last = seq;
	for (int i = 0; i < DIGEST_HEX; i++) {
		int digit = hex_digit(chain.p[i]);

		m->head.chain[i / 2] = (unsigned char)(
		    m->head.chain[i / 2] << 4 | digit);
	}
}

static void take_line(struct index_maker *m, struct span line, size_t at)
{
	struct index_keys *k = &m->keys;

	if (m->frame_lines == 0 || at - m->slice_at >= m->slice_size)
		begin_slice(m, at);
	index_keys_take(k, line);
	for (size_t i = 0; i < k->count; i++)
		add_entry(m, k->key[i]);
	if (k->timed) {
		widen(&m->frame.since, &m->frame.until, k->time);
		widen(&m->head.since, &m->head.until, k->time);
	}
	m->frame_lines++;
	m->head.lines++;
}

/* False if the lines do not end with one. */
static bool take_lines(struct index_maker *m, struct span lines)
{
	struct span line = {NULL, 0};
	size_t at = 0, last = 0;

	while (at < lines.n) {
		const char *p = lines.p + at;
		const char *lf = memchr(p, '\n', lines.n - at);

		m->blank = lf == p;
		if (!lf || m->blank)
			break;
		line = (struct span){p, (size_t)(lf - p)};
		last = at;
		take_line(m, line, at);
		at += line.n + 1;
	}
	if (line.p)
		note_last(m, line, last);
	return at == lines.n || m->blank;
}

static void put_frame(struct index_maker *m)
{
	const struct index_frame *f = &m->frame;

	index_put(&m->frames, (uint64_t)f->frame.at, 8);
	index_put(&m->frames, (uint64_t)f->frame.place, 8);
	index_put(&m->frames, f->frame.packed, 4);
	index_put(&m->frames, f->frame.size, 4);
	index_put(&m->frames, f->line, 8);
	index_put(&m->frames, (uint64_t)f->since, 8);
	index_put(&m->frames, (uint64_t)f->until, 8);
	index_put(&m->frames, f->slice, 4);
	index_put(&m->frames, f->slices, 4);
	m->head.frames++;
}

static bool stopped(const struct index_maker *m)
{
	return m->target->stop && atomic_load(m->target->stop);
}

static bool take_frame(struct index_maker *m, const struct frame *frame)
{
	struct span lines = stretches_read(&m->in, frame, &m->lines);

	m->frame = (struct index_frame){.frame = *frame,
	    .line = m->head.lines,
	    .since = INT64_MAX,
	    .until = INT64_MIN,
	    .slice = m->head.slices};
	m->frame_lines = 0;
	errno = lines.p ? EBADMSG : errno;
	if (!lines.p || !take_lines(m, lines))
		return false;
	if (m->frame.slices)
		put_frame(m);
	return true;
}

/* How many bytes of lines there are, and so how large slices are. */
static bool measure(struct index_maker *m)
{
	struct stretches *s = &m->in;
	struct frame frame = {.size = 0};

	m->head.size = (uint64_t)s->end;
	if (s->packed) {
		while (stretches_next(s, &frame))
			m->head.size = (uint64_t)frame.place + frame.size;
		s->number = 0;
		if (errno)
			return false;
	}
	errno = EFBIG;
	m->slice_size = (size_t)(m->head.size / (INDEX_SLICES_MAX / 2)) + 1;
	if (m->slice_size < SLICE)
		m->slice_size = SLICE;
	return m->head.size / FRAME_SIZE < INDEX_FRAMES_MAX / 2;
}

static bool take_all(struct index_maker *m)
{
	struct frame frame;

	while (!m->blank && stretches_next(&m->in, &frame)) {
		if (!take_frame(m, &frame))
			return false;
		errno = m->error;
		if (m->failed)
			return false;
		errno = 0;
		if (!stopped(m))
			continue;
		errno = ECANCELED;
		return false;
	}
	return m->blank || errno == 0;
}

static bool build(struct index_maker *m, int fd, struct digest *d)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return false;
	m->head.stored = (uint64_t)st.st_size;
	if (!stretches_begin(&m->in, fd, st.st_size) || !measure(m) ||
	    !take_all(m) || !index_tail(d, fd, m->head.stored, m->head.tail))
		return false;
	errno = EFBIG;
	return m->head.slices <= INDEX_SLICES_MAX && index_write(m, d);
}

bool index_build(int fd, uint64_t first, const struct index_target *to)
{
	struct index_maker *m = mem_zalloc(sizeof(*m));
	struct digest *d = digest_new(NULL, 0);
	bool ok;
	int saved;

	m->target = to;
	m->sort = (struct index_sort){.dir = to->dir,
	    .spare = to->spare,
	    .first = first,
	    .bits = INDEX_KEY_BITS + 16};
	m->head = (struct index_head){
	    .first = first, .since = INT64_MAX, .until = INT64_MIN};
	ok = build(m, fd, d);
	saved = errno;
	digest_free(d);
	stretches_end(&m->in);
	buf_release(&m->lines);
	index_keys_release(&m->keys);
	buf_release(&m->frames);
	buf_release(&m->slices);
	index_sort_release(&m->sort);
	free(m);
	errno = saved;
	return ok;
}
