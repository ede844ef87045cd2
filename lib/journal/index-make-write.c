/* SPDX-License-Identifier: ISC */
/* Sorting what was collected for an index, and writing it down. */
#include <stdlib.h>

#include "base/mem.h"
#include "journal/index-make-internal.h"

enum {
	BUCKET_FILL = 32, /* entries, at most, in the mean */
	DIGIT = 13,	  /* bits that are sorted by at once */
};

/* One pass of a radix sort, by DIGIT bits from shift on. */
static void sort_pass(struct index_maker *m, unsigned shift)
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

static void sort(struct index_maker *m)
{
	size_t kept = 0;

	m->spare = mem_resize(NULL, m->cap ? m->cap : 1, sizeof(*m->spare));
	for (unsigned shift = 0; shift < INDEX_KEY_BITS + 16; shift += DIGIT)
		sort_pass(m, shift);
	for (size_t i = 0; i < m->count; i++) {
		if (!kept || m->entry[kept - 1] != m->entry[i])
			m->entry[kept++] = m->entry[i];
	}
	m->count = kept;
}

/* The buckets, and the entries behind them. */
static void put_entries(struct index_maker *m, struct buf *b)
{
	unsigned below = INDEX_KEY_BITS + 16 - m->head.bits;
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

void index_write(struct index_maker *m, struct digest *d, struct buf *out)
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
