/* SPDX-License-Identifier: ISC */
/* Making an index, and comparing one with what would be made. */
#include "journal/index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/mem.h"
#include "io/out.h"
#include "journal/index-internal.h"
#include "journal/index-keys.h"
#include "journal/stretch.h"

enum {
	SLICE = 64 * 1024,
	RECENT = 4096, /* entries that are not made again */
	BUCKET_FILL = 32,
	DIGIT = 13, /* bits that are sorted by at once */
	KEY_BITS = 16 + INDEX_BITS_MAX,
};

struct maker {
	const atomic_bool *stop;
	struct stretches in;
	struct buf lines;
	struct index_keys keys;
	struct index_head head;
	struct buf frames, slices; /* as they will be written */
	struct index_frame frame;
	size_t slice_size, slice_at; /* where the slice began, in the frame */
	uint32_t frame_lines;
	bool blank; /* what is behind is not read by anybody */
	/* The KEY_BITS highest bits of a key, then the slice. */
	uint64_t *entry, *spare;
	size_t count, cap;
	uint64_t recent[RECENT];
};

/* Entries of one key are many in a slice: those just made are known. */
static void add_entry(struct maker *m, uint64_t key)
{
	uint64_t entry = key >> (64 - KEY_BITS) << 16 | (m->head.slices - 1);
	uint64_t *recent = &m->recent[(key >> 20) % RECENT];

	if (*recent == entry + 1)
		return;
	*recent = entry + 1;
	if (m->count == m->cap) {
		m->cap = m->cap ? 2 * m->cap : 1 << 16;
		m->entry = mem_resize(m->entry, m->cap, sizeof(*m->entry));
	}
	m->entry[m->count++] = entry;
}

static void widen(int64_t *since, int64_t *until, int64_t time)
{
	*since = time < *since ? time : *since;
	*until = time > *until ? time : *until;
}

static void begin_slice(struct maker *m, size_t at)
{
	index_put(&m->slices, at, 4);
	index_put(&m->slices, m->frame_lines, 4);
	m->slice_at = at;
	m->head.slices++;
	m->frame.slices++;
}

static void note_last(struct maker *m, struct span line, size_t at)
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

static void take_line(struct maker *m, struct span line, size_t at)
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
static bool take_lines(struct maker *m, struct span lines)
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

static void put_frame(struct maker *m)
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

static bool stopped(const struct maker *m)
{
	return m->stop && atomic_load(m->stop);
}

static bool take_frame(struct maker *m, const struct frame *frame)
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
static bool measure(struct maker *m)
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

static bool take_all(struct maker *m)
{
	struct frame frame;

	while (!m->blank && stretches_next(&m->in, &frame)) {
		if (!take_frame(m, &frame))
			return false;
		errno = 0;
		if (!stopped(m))
			continue;
		errno = ECANCELED;
		return false;
	}
	return m->blank || errno == 0;
}

/* One pass of a radix sort, by DIGIT bits from shift on. */
static void sort_pass(struct maker *m, unsigned shift)
{
	size_t at[1 << DIGIT] = {0}, sum = 0, mask = (1 << DIGIT) - 1;
	uint64_t *other = m->spare;

	for (size_t i = 0; i < m->count; i++)
		at[m->entry[i] >> shift & mask]++;
	for (size_t i = 0; i <= mask; i++) {
		size_t n = at[i];

		at[i] = sum;
		sum += n;
	}
	for (size_t i = 0; i < m->count; i++)
		other[at[m->entry[i] >> shift & mask]++] = m->entry[i];
	m->spare = m->entry;
	m->entry = other;
}

static void sort(struct maker *m)
{
	size_t kept = 0;

	m->spare = mem_resize(NULL, m->cap ? m->cap : 1, sizeof(*m->spare));
	for (unsigned shift = 0; shift < KEY_BITS + 16; shift += DIGIT)
		sort_pass(m, shift);
	for (size_t i = 0; i < m->count; i++) {
		if (!kept || m->entry[kept - 1] != m->entry[i])
			m->entry[kept++] = m->entry[i];
	}
	m->count = kept;
}

/* The buckets, and the entries behind them. */
static void put_entries(struct maker *m, struct buf *b)
{
	unsigned below = KEY_BITS + 16 - m->head.bits;
	uint64_t buckets = UINT64_C(1) << m->head.bits;
	size_t i = 0;

	for (uint64_t n = 0; n <= buckets; n++) {
		while (i < m->count && m->entry[i] >> below < n)
			i++;
		index_put(b, i, INDEX_BUCKET);
	}
	for (i = 0; i < m->count; i++) {
		index_put(b, m->entry[i] >> (below - 16), 2);
		index_put(b, m->entry[i], 2);
	}
}

static void put_head(const struct index_head *h, struct buf *b)
{
	const uint64_t wide[] = {h->first, h->last, h->stored, h->size,
	    h->last_at, h->lines, (uint64_t)h->since, (uint64_t)h->until};
	const uint32_t narrow[] = {h->frames, h->slices, h->bits, h->entries,
	    h->blocks};

	buf_add(b, INDEX_MAGIC, INDEX_MAGIC_LEN);
	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++)
		index_put(b, wide[i], 8);
	for (size_t i = 0; i < sizeof(narrow) / sizeof(*narrow); i++)
		index_put(b, narrow[i], 4);
	buf_add(b, (const char *)h->chain, DIGEST_RAW);
	buf_add(b, (const char *)h->tail, DIGEST_RAW);
}

static void add_digest(struct digest *d, struct buf *b, const char *p, size_t n)
{
	unsigned char sum[DIGEST_RAW];

	digest_begin(d);
	digest_add(d, p, n);
	digest_raw(d, sum);
	buf_add(b, (const char *)sum, DIGEST_RAW);
}

static void write_out(struct maker *m, struct digest *d, struct buf *out)
{
	struct buf body = BUF_EMPTY;

	sort(m);
	m->head.entries = (uint32_t)m->count;
	while (m->head.bits < INDEX_BITS_MAX &&
	    m->count >> m->head.bits > BUCKET_FILL)
		m->head.bits++;
	m->head.blocks = index_blocks(index_body(&m->head));
	buf_room(&body, (size_t)index_body(&m->head));
	buf_addspan(&body, buf_span(&m->frames));
	buf_addspan(&body, buf_span(&m->slices));
	put_entries(m, &body);
	buf_reset(out);
	put_head(&m->head, out);
	for (size_t at = 0; at < body.len; at += INDEX_BLOCK)
		add_digest(d, out, body.data + at,
		    body.len - at < INDEX_BLOCK ? body.len - at : INDEX_BLOCK);
	add_digest(d, out, out->data, out->len);
	buf_addspan(out, buf_span(&body));
	buf_release(&body);
}

static bool build(struct maker *m, int fd, struct digest *d, struct buf *out)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return false;
	m->head.stored = (uint64_t)st.st_size;
	if (!stretches_begin(&m->in, fd, st.st_size) || !measure(m) ||
	    !take_all(m) || !index_tail(d, fd, m->head.stored, m->head.tail))
		return false;
	errno = EFBIG;
	if (m->count > INDEX_ENTRIES_MAX || m->head.slices > INDEX_SLICES_MAX)
		return false;
	write_out(m, d, out);
	return true;
}

bool index_build(int fd, uint64_t first, struct buf *out,
    const atomic_bool *stop)
{
	struct maker *m = mem_zalloc(sizeof(*m));
	struct digest *d = digest_new(NULL, 0);
	bool ok;
	int saved;

	m->stop = stop;
	m->head = (struct index_head){
	    .first = first, .since = INT64_MAX, .until = INT64_MIN};
	ok = build(m, fd, d, out);
	saved = errno;
	digest_free(d);
	stretches_end(&m->in);
	buf_release(&m->lines);
	index_keys_release(&m->keys);
	buf_release(&m->frames);
	buf_release(&m->slices);
	free(m->entry);
	free(m->spare);
	free(m);
	errno = saved;
	return ok;
}

/* Build that of a segment that is there. */
static bool build_of(int dir, uint64_t first, struct buf *out,
    const atomic_bool *stop)
{
	char name[JOURNAL_NAME];
	int fd = segment_open(dir, first, name), saved;
	bool ok = fd >= 0 && index_build(fd, first, out, stop);

	saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return ok;
}

static bool write_file(int dir, const char *name, struct span bytes)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
		O_NOFOLLOW, 0600);
	bool ok = fd >= 0 && out_write(fd, bytes.p, bytes.n) &&
	    fsync(fd) == 0;
	int saved = errno;

	if (fd >= 0 && close(fd) != 0 && ok)
		return false;
	errno = saved;
	return ok;
}

bool index_make(int dir, uint64_t first, const atomic_bool *stop)
{
	char name[INDEX_NAME], aside[INDEX_NAME + 4];
	struct buf bytes = BUF_EMPTY;
	bool ok = build_of(dir, first, &bytes, stop), begun = ok;
	int saved;

	index_name(name, first);
	snprintf(aside, sizeof(aside), "%s.new", name);
	ok = ok && write_file(dir, aside, buf_span(&bytes)) &&
	    renameat(dir, aside, dir, name) == 0;
	saved = errno;
	if (begun && !ok)
		(void)unlinkat(dir, aside, 0);
	buf_release(&bytes);
	errno = saved;
	return ok;
}

/* Read all of an index; false with errno. */
static bool read_file(int dir, const char *name, struct buf *out)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK), saved;
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0 || (n < 0 && fd >= 0 && errno == EINTR)) {
		n = read(fd, buf_room(out, 65536), 65536);
		out->len += n > 0 ? (size_t)n : 0;
	}
	saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return n == 0;
}

enum index_finding index_check(int dir, uint64_t first)
{
	struct buf is = BUF_EMPTY, due = BUF_EMPTY;
	enum index_finding found = INDEX_ERROR;
	char name[INDEX_NAME];

	index_name(name, first);
	if (!read_file(dir, name, &is))
		found = errno == ENOENT ? INDEX_NONE : INDEX_ERROR;
	else if (build_of(dir, first, &due, NULL))
		found = span_same(buf_span(&is), buf_span(&due)) ? INDEX_SOUND
								 : INDEX_WRONG;
	else if (errno == EBADMSG || errno == EFBIG)
		found = INDEX_WRONG;
	buf_release(&is);
	buf_release(&due);
	return found;
}
