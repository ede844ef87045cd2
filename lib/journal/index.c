/* SPDX-License-Identifier: ISC */
/* Reading an index. Whatever is in the file, only the bytes that a digest
 * answers for are used, and only within bounds. */
#include "journal/index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/mem.h"
#include "journal/index-internal.h"

struct index {
	int fd;
	struct index_head head;
	struct buf header; /* all of it */
	size_t sums;	   /* in it, of the digests of blocks */
	struct digest *digest;
	char *block;
	uint32_t held; /* which block that is, counted from 1 */
};

void index_name(char out[INDEX_NAME], uint64_t first)
{
	snprintf(out, INDEX_NAME, "%020llu.index", (unsigned long long)first);
}

static bool read_all(int fd, char *p, size_t n, uint64_t at)
{
	while (n) {
		ssize_t r = pread(fd, p, n, (off_t)at);

		if (r < 0 && errno == EINTR)
			continue;
		if (r == 0)
			errno = EBADMSG;
		if (r <= 0)
			return false;
		p += r;
		n -= (size_t)r;
		at += (uint64_t)r;
	}
	return true;
}

bool index_tail(struct digest *d, int fd, uint64_t stored,
    unsigned char out[DIGEST_RAW])
{
	size_t n = stored < INDEX_TAIL ? (size_t)stored : INDEX_TAIL;
	char tail[INDEX_TAIL];

	if (!read_all(fd, tail, n, stored - n))
		return false;
	digest_begin(d);
	digest_add(d, tail, n);
	digest_raw(d, out);
	return true;
}

static void take_head(struct index_head *h, const char *p)
{
	uint64_t *const wide[] = {&h->first, &h->last, &h->stored, &h->size,
	    &h->last_at, &h->lines};
	uint32_t *const narrow[] = {&h->frames, &h->slices, &h->bits,
	    &h->entries, &h->blocks};

	p += INDEX_MAGIC_LEN;
	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++, p += 8)
		*wide[i] = index_get(p, 8);
	h->since = (int64_t)index_get(p, 8);
	h->until = (int64_t)index_get(p + 8, 8);
	p += 16;
	for (size_t i = 0; i < sizeof(narrow) / sizeof(*narrow); i++, p += 4)
		*narrow[i] = (uint32_t)index_get(p, 4);
	memcpy(h->chain, p, DIGEST_RAW);
	memcpy(h->tail, p + DIGEST_RAW, DIGEST_RAW);
}

static bool head_sound(const struct index_head *h)
{
	return h->frames <= INDEX_FRAMES_MAX && h->slices <= INDEX_SLICES_MAX &&
	    h->bits <= INDEX_BITS_MAX && h->entries <= INDEX_ENTRIES_MAX &&
	    h->blocks == index_blocks(index_body(h));
}

static bool digest_is(struct index *x, const char *p, size_t n,
    const char want[DIGEST_RAW])
{
	unsigned char got[DIGEST_RAW];

	digest_begin(x->digest);
	digest_add(x->digest, p, n);
	digest_raw(x->digest, got);
	return memcmp(got, want, DIGEST_RAW) == 0;
}

static bool read_header(struct index *x, uint64_t size)
{
	char fixed[INDEX_FIXED];
	size_t len;

	if (size < INDEX_FIXED || !read_all(x->fd, fixed, INDEX_FIXED, 0) ||
	    memcmp(fixed, INDEX_MAGIC, INDEX_MAGIC_LEN) != 0)
		return false;
	take_head(&x->head, fixed);
	if (!head_sound(&x->head))
		return false;
	x->sums = INDEX_FIXED;
	len = x->sums + (size_t)x->head.blocks * DIGEST_RAW;
	if (size != len + DIGEST_RAW + index_body(&x->head))
		return false;
	buf_room(&x->header, len + DIGEST_RAW);
	x->header.len = len + DIGEST_RAW;
	return read_all(x->fd, x->header.data, x->header.len, 0) &&
	    memcmp(x->header.data, fixed, INDEX_FIXED) == 0 &&
	    digest_is(x, x->header.data, len, x->header.data + len);
}

/* Where lines can be read as they are the last one is looked at, too. */
static bool last_line(const struct index_head *h, int fd)
{
	char line[JOURNAL_SEQ_DIGITS + DIGEST_HEX + 3], chain[DIGEST_HEX];
	struct span got, text;
	uint64_t seq;
	size_t n = sizeof(line);

	if (h->stored != h->size || h->lines == 0)
		return true;
	if (h->last_at >= h->size)
		return false;
	n = h->size - h->last_at < n ? (size_t)(h->size - h->last_at) : n;
	hex_write(chain, h->chain, DIGEST_RAW);
	return read_all(fd, line, n, h->last_at) &&
	    journal_split((struct span){line, n}, &seq, &got, &text) &&
	    seq == h->last && memcmp(got.p, chain, DIGEST_HEX) == 0;
}

/* Whether it is that of the segment as it is. */
static bool bound(struct index *x, uint64_t first, int fd)
{
	const struct index_head *h = &x->head;
	unsigned char tail[DIGEST_RAW];
	struct stat st;

	return h->first == first && fstat(fd, &st) == 0 &&
	    (uint64_t)st.st_size == h->stored &&
	    index_tail(x->digest, fd, h->stored, tail) &&
	    memcmp(tail, h->tail, DIGEST_RAW) == 0 && last_line(h, fd);
}

struct index *index_open(int dir, uint64_t first, int fd)
{
	char name[INDEX_NAME];
	struct index *x = mem_zalloc(sizeof(*x));
	struct stat st;

	index_name(name, first);
	x->digest = digest_new(NULL, 0);
	x->block = mem_alloc(INDEX_BLOCK);
	x->fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (x->fd < 0 || fstat(x->fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    !read_header(x, (uint64_t)st.st_size) || !bound(x, first, fd)) {
		index_close(x);
		return NULL;
	}
	return x;
}

void index_close(struct index *x)
{
	if (!x)
		return;
	if (x->fd >= 0)
		close(x->fd);
	digest_free(x->digest);
	buf_release(&x->header);
	free(x->block);
	free(x);
}

size_t index_frames(const struct index *x)
{
	return x->head.frames;
}

size_t index_slices(const struct index *x)
{
	return x->head.slices;
}

void index_span(const struct index *x, int64_t *since, int64_t *until)
{
	*since = x->head.since;
	*until = x->head.until;
}

/* Have block number i, counted from 0, in memory. */
static bool hold(struct index *x, uint32_t i, size_t *len)
{
	uint64_t body = index_body(&x->head), at = (uint64_t)i * INDEX_BLOCK;
	const char *want = x->header.data + x->sums + (size_t)i * DIGEST_RAW;

	*len = body - at < INDEX_BLOCK ? (size_t)(body - at) : INDEX_BLOCK;
	if (x->held == i + 1)
		return true;
	x->held = 0;
	if (!read_all(x->fd, x->block, *len, x->header.len + at) ||
	    !digest_is(x, x->block, *len, want))
		return false;
	x->held = i + 1;
	return true;
}

/* Copy n bytes of what is behind the header. */
static bool take(struct index *x, uint64_t at, char *out, size_t n)
{
	while (n) {
		size_t from = (size_t)(at % INDEX_BLOCK), len, step;

		if (at >= index_body(&x->head) ||
		    !hold(x, (uint32_t)(at / INDEX_BLOCK), &len) || from >= len)
			return false;
		step = len - from < n ? len - from : n;
		memcpy(out, x->block + from, step);
		out += step;
		at += step;
		n -= step;
	}
	return true;
}

static bool frame_sound(const struct index_head *h, const struct index_frame *f)
{
	uint64_t at = (uint64_t)f->frame.at, place = (uint64_t)f->frame.place;

	return at <= h->stored && f->frame.packed <= h->stored - at &&
	    place <= h->size && f->frame.size <= h->size - place &&
	    f->frame.size <= INDEX_FRAME_MAX &&
	    f->frame.packed <= 2 * INDEX_FRAME_MAX && f->slices &&
	    f->slice <= h->slices && f->slices <= h->slices - f->slice;
}

bool index_frame(struct index *x, size_t number, struct index_frame *f)
{
	char raw[INDEX_FRAME], *p = raw;

	if (number >= x->head.frames ||
	    !take(x, (uint64_t)number * INDEX_FRAME, raw, sizeof(raw)))
		return false;
	f->frame.at = (off_t)index_get(p, 8);
	f->frame.place = (off_t)index_get(p + 8, 8);
	f->frame.packed = index_get(p + 16, 4);
	f->frame.size = index_get(p + 20, 4);
	f->line = index_get(p + 24, 8);
	f->since = (int64_t)index_get(p + 32, 8);
	f->until = (int64_t)index_get(p + 40, 8);
	f->slice = (uint32_t)index_get(p + 48, 4);
	f->slices = (uint32_t)index_get(p + 52, 4);
	return frame_sound(&x->head, f);
}

bool index_slice(struct index *x, const struct index_frame *f, size_t number,
    struct index_slice *s)
{
	uint64_t at = (uint64_t)x->head.frames * INDEX_FRAME +
	    ((uint64_t)f->slice + number) * INDEX_SLICE;
	char raw[INDEX_SLICE];

	if (number >= f->slices || !take(x, at, raw, sizeof(raw)))
		return false;
	s->at = (uint32_t)index_get(raw, 4);
	s->line = (uint32_t)index_get(raw + 4, 4);
	return s->at < f->frame.size;
}

/* Entries from one to before another. */
static bool find_among(struct index *x, uint64_t entries, uint32_t from,
    uint32_t to, uint16_t rest, unsigned char *slices)
{
	for (; from < to; from++) {
		char raw[INDEX_ENTRY];
		uint16_t slice;

		if (!take(x, entries + (uint64_t)from * INDEX_ENTRY, raw,
			INDEX_ENTRY))
			return false;
		if (index_get(raw, 2) > rest)
			return true;
		slice = (uint16_t)index_get(raw + 2, 2);
		if (slice >= x->head.slices)
			return false;
		if (index_get(raw, 2) == rest)
			slices[slice] = 1;
	}
	return true;
}

bool index_find(struct index *x, uint64_t key, unsigned char *slices)
{
	const struct index_head *h = &x->head;
	uint64_t buckets = (uint64_t)h->frames * INDEX_FRAME +
	    (uint64_t)h->slices * INDEX_SLICE;
	uint64_t entries =
	    buckets + ((UINT64_C(1) << h->bits) + 1) * INDEX_BUCKET;
	char raw[2 * INDEX_BUCKET];
	uint32_t from, to;

	if (!take(x, buckets + (uint64_t)index_bucket(h, key) * INDEX_BUCKET,
		raw, sizeof(raw)))
		return false;
	from = (uint32_t)index_get(raw, 4);
	to = (uint32_t)index_get(raw + 4, 4);
	return from <= to && to <= h->entries &&
	    find_among(x, entries, from, to, index_rest(h, key), slices);
}
