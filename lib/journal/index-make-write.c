/* SPDX-License-Identifier: ISC */
/* Sorting what was collected for an index, and writing it down. */
#include <string.h>

#include "journal/index-make-internal.h"

enum { BUCKET_FILL = 32 }; /* entries, at most, in the mean */

/* Sort by that bit and those below it, in place: it is done while there is
 * little memory. */
static void sort_by(uint64_t *entry, size_t count, unsigned bit)
{
	size_t low = 0, high = count;

	while (low < high) {
		uint64_t e = entry[low];

		if (!(e >> bit & 1)) {
			low++;
			continue;
		}
		entry[low] = entry[--high];
		entry[high] = e;
	}
	if (bit && low > 1)
		sort_by(entry, low, bit - 1);
	if (bit && count - low > 1)
		sort_by(entry + low, count - low, bit - 1);
}

static void sort(struct index_maker *m)
{
	size_t kept = 0;

	sort_by(m->entry, m->count, INDEX_KEY_BITS + 16 - 1);
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

static void put_digest(struct digest *d, char *out, const char *p, size_t n)
{
	unsigned char sum[DIGEST_RAW];

	digest_begin(d);
	digest_add(d, p, n);
	digest_raw(d, sum);
	memcpy(out, sum, DIGEST_RAW);
}

/* The digests have their room between the numbers and the rest. */
static void put_digests(const struct index_head *h, struct digest *d,
    struct buf *out)
{
	size_t at = INDEX_FIXED, from, n;
	size_t rest = at + ((size_t)h->blocks + 1) * DIGEST_RAW;

	for (from = rest; from < out->len; from += n, at += DIGEST_RAW) {
		n = out->len - from < INDEX_BLOCK ? out->len - from
						  : INDEX_BLOCK;
		put_digest(d, out->data + at, out->data + from, n);
	}
	put_digest(d, out->data + at, out->data, at);
}

void index_write(struct index_maker *m, struct digest *d, struct buf *out)
{
	struct index_head *h = &m->head;
	size_t digests;

	sort(m);
	h->entries = (uint32_t)m->count;
	while (h->bits < INDEX_BITS_MAX && m->count >> h->bits > BUCKET_FILL)
		h->bits++;
	h->blocks = index_blocks(index_body(h));
	digests = ((size_t)h->blocks + 1) * DIGEST_RAW;
	buf_reset(out);
	buf_room(out, INDEX_FIXED + digests + (size_t)index_body(h));
	put_head(h, out);
	memset(buf_room(out, digests), 0, digests);
	out->len += digests;
	buf_addspan(out, buf_span(&m->frames));
	buf_addspan(out, buf_span(&m->slices));
	put_entries(m, out);
	put_digests(h, d, out);
}
