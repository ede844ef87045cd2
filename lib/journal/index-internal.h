/* SPDX-License-Identifier: ISC */
/* The form of an index, for index*.c alone. All numbers are little-endian.
 *
 * It begins with the header: 16 bytes that name the form, the numbers below,
 * the digest of each block of the rest, and the digest of all that is before
 * it. The rest is: the frames, the slices, where each bucket's entries begin
 * (one number more than there are buckets), and the entries, in the order of
 * their keys. An entry is 16 bits of its key and the number of a slice; the
 * bits of the key above these are the number of its bucket. */
#ifndef JOURNAL_INDEX_INTERNAL_H
#define JOURNAL_INDEX_INTERNAL_H

#include "base/digest.h"
#include "journal/index.h"
#include "journal/segment.h"

#define INDEX_MAGIC "cup-index 1\n\0\0\0"

enum {
	INDEX_MAGIC_LEN = 16,
	INDEX_BLOCK = 16 * 1024,
	INDEX_TAIL = 4096, /* bytes of the segment's file that are bound */
	INDEX_FRAME = 56,  /* bytes of one frame */
	INDEX_SLICE = 8,
	INDEX_BUCKET = 4,
	INDEX_ENTRY = 4,
	INDEX_SLICES_MAX = 65535,
	INDEX_FRAMES_MAX = INDEX_SLICES_MAX,
	INDEX_BITS_MAX = 20,
	INDEX_ENTRIES_MAX = 1 << 30,
	INDEX_FRAME_MAX = JOURNAL_LINE_MAX + 1 + FRAME_SIZE, /* its lines */
	/* Of the header, before the digests of blocks. */
	INDEX_FIXED = INDEX_MAGIC_LEN + 8 * 8 + 5 * 4 + 2 * DIGEST_RAW,
};

/* What the header says. */
struct index_head {
	uint64_t first;	      /* SEQ of the segment's name */
	uint64_t last;	      /* of its last line */
	uint64_t stored;      /* bytes of the segment's file */
	uint64_t size;	      /* of its lines */
	uint64_t last_at;     /* bytes of lines before the last one */
	uint64_t lines;
	int64_t since, until;
	uint32_t frames, slices, bits, entries, blocks;
	unsigned char chain[DIGEST_RAW]; /* of the last line */
	unsigned char tail[DIGEST_RAW];	 /* digest of the file's end */
};

/* Bytes behind the header. */
static inline uint64_t index_body(const struct index_head *h)
{
	return (uint64_t)h->frames * INDEX_FRAME +
	    (uint64_t)h->slices * INDEX_SLICE +
	    ((UINT64_C(1) << h->bits) + 1) * INDEX_BUCKET +
	    (uint64_t)h->entries * INDEX_ENTRY;
}

static inline uint32_t index_blocks(uint64_t body)
{
	return (uint32_t)((body + INDEX_BLOCK - 1) / INDEX_BLOCK);
}

static inline uint32_t index_bucket(const struct index_head *h, uint64_t key)
{
	return h->bits ? (uint32_t)(key >> (64 - h->bits)) : 0;
}

static inline uint16_t index_rest(const struct index_head *h, uint64_t key)
{
	return (uint16_t)(key >> (48 - h->bits));
}

/* The digest of the last bytes of a segment's file of that size. False with
 * errno. */
bool index_tail(struct digest *, int fd, uint64_t stored,
    unsigned char out[DIGEST_RAW]);

/* Whether the disk of a directory has room for so many bytes, and as many as
 * are spared; 0: that is no matter. False with errno. */
bool index_has_room(int dir, uint64_t n, uint64_t spare);

static inline void index_put(struct buf *b, uint64_t n, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_addc(b, (char)(n >> 8 * i));
}

static inline uint64_t index_get(const char *p, int bytes)
{
	uint64_t n = 0;

	for (int i = bytes - 1; i >= 0; i--)
		n = n << 8 | (unsigned char)p[i];
	return n;
}

#endif
