/* SPDX-License-Identifier: ISC */
/* Writing what was collected for an index, in its order, block by block. */
#include <errno.h>
#include <string.h>

#include "journal/file.h"
#include "journal/index-make-internal.h"

enum {
	BUCKET_FILL = 32, /* entries, at most, in the mean */
	PART = 4 * INDEX_BLOCK,
};

/* What is behind the header, on its way to the file. */
struct body {
	int fd;
	off_t at;	   /* in the file */
	struct buf part;   /* what is not there yet */
	struct buf sums;   /* digests of the blocks before it */
	struct digest *digest;
	bool ok;	   /* or errno */
	int error;
};

static void add_digest(struct digest *d, struct buf *out, const char *p,
    size_t n)
{
	unsigned char sum[DIGEST_RAW];

	digest_begin(d);
	digest_add(d, p, n);
	digest_raw(d, sum);
	buf_add(out, (const char *)sum, DIGEST_RAW);
}

/* Write the whole blocks of the part, at the end all of it. */
static void pass(struct body *b, bool end)
{
	size_t n = 0, step;

	for (; n < b->part.len; n += step) {
		step = b->part.len - n < INDEX_BLOCK ? b->part.len - n
						     : INDEX_BLOCK;
		if (step < INDEX_BLOCK && !end)
			break;
		add_digest(b->digest, &b->sums, b->part.data + n, step);
	}
	if (b->ok && n) {
		b->ok = file_write_at(b->fd, b->part.data, n, b->at);
		b->error = errno;
	}
	b->at += (off_t)n;
	buf_consume(&b->part, n);
}

static void put(struct body *b, uint64_t n, int bytes)
{
	index_put(&b->part, n, bytes);
	if (b->part.len >= PART)
		pass(b, false);
}

/* How many entries there are. False with errno. */
static bool count_entries(struct index_maker *m)
{
	struct index_head *h = &m->head;
	uint64_t entry, n = 0;

	if (!index_sort_begin(&m->sort))
		return false;
	while (index_sort_next(&m->sort, &entry))
		n++;
	if (errno)
		return false;
	errno = EFBIG;
	if (n > INDEX_ENTRIES_MAX)
		return false;
	h->entries = (uint32_t)n;
	while (h->bits < INDEX_BITS_MAX && n >> h->bits > BUCKET_FILL)
		h->bits++;
	h->blocks = index_blocks(index_body(h));
	return true;
}

static bool put_buckets(struct index_maker *m, struct body *b)
{
	unsigned below = INDEX_KEY_BITS + 16 - m->head.bits;
	uint64_t buckets = UINT64_C(1) << m->head.bits, entry, i = 0, n = 0;

	if (!index_sort_begin(&m->sort))
		return false;
	while (index_sort_next(&m->sort, &entry)) {
		for (; n <= entry >> below; n++)
			put(b, i, INDEX_BUCKET);
		i++;
	}
	if (errno)
		return false;
	for (; n <= buckets; n++)
		put(b, i, INDEX_BUCKET);
	return true;
}

static bool put_entries(struct index_maker *m, struct body *b)
{
	unsigned below = INDEX_KEY_BITS - m->head.bits;
	uint64_t entry;

	if (!index_sort_begin(&m->sort))
		return false;
	while (index_sort_next(&m->sort, &entry)) {
		put(b, entry >> below, 2);
		put(b, entry, 2);
	}
	return errno == 0;
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

/* Write the header, now that all digests are known. */
static bool write_head(struct index_maker *m, struct body *b)
{
	struct buf head = BUF_EMPTY;
	bool ok;

	put_head(&m->head, &head);
	buf_addspan(&head, buf_span(&b->sums));
	add_digest(b->digest, &head, head.data, head.len);
	ok = file_write_at(b->fd, head.data, head.len, 0);
	buf_release(&head);
	return ok;
}

static bool write_all(struct index_maker *m, struct body *b)
{
	buf_addspan(&b->part, buf_span(&m->frames));
	buf_addspan(&b->part, buf_span(&m->slices));
	if (!put_buckets(m, b) || !put_entries(m, b))
		return false;
	pass(b, true);
	errno = b->error;
	return b->ok && write_head(m, b);
}

bool index_write(struct index_maker *m, struct digest *d)
{
	const struct index_target *t = m->target;
	struct body b = {.fd = t->to, .digest = d, .ok = true};
	bool ok;

	if (!count_entries(m))
		return false;
	b.at = INDEX_FIXED +
	    (off_t)(((uint64_t)m->head.blocks + 1) * DIGEST_RAW);
	ok = index_has_room(t->dir, (uint64_t)b.at + index_body(&m->head),
		 t->spare) &&
	    write_all(m, &b);
	buf_release(&b.part);
	buf_release(&b.sums);
	return ok;
}
