/* SPDX-License-Identifier: ISC */
/* A batch of journal lines. */
#include "journal/batch.h"

#include "journal/chain.h"
#include "journal/segment.h"

enum { KEEP_MAX = 4 * BATCH_MAX }; /* bytes of memory kept for the next one */

bool batch_filled(const struct batch *b)
{
	return b->disk.len || b->out.len;
}

void batch_line(struct batch *b, uint64_t seq, struct span text)
{
	char digits[20];

	if (b->disk.len == 0)
		b->first = seq;
	b->seq = seq;
	buf_addspan(&b->disk, journal_decimal(digits, seq));
	buf_addc(&b->disk, '\t');
	buf_add(&b->disk, journal_zeros, DIGEST_HEX);
	buf_addc(&b->disk, '\t');
	buf_addspan(&b->disk, text);
	buf_addc(&b->disk, '\n');
}

/* Put every line's chain in its place. */
static void seal(struct batch *b, struct flush_target *to)
{
	char *p = b->disk.data, *end = p + b->disk.len, digits[20];
	char line[DIGEST_HEX];

	for (uint64_t seq = b->first; p < end; seq++) {
		char *chain = p + journal_decimal(digits, seq).n + 1;
		char *text = chain + DIGEST_HEX + 1;
		char *lf = memchr(text, '\n', (size_t)(end - text));

		journal_digest(to->digest,
		    (struct span){text, (size_t)(lf - text)}, line);
		journal_chain(to->digest, to->chain, seq, line, to->chain);
		memcpy(chain, to->chain, DIGEST_HEX);
		p = lf + 1;
	}
}

bool batch_commit(struct batch *b, struct flush_target *to,
    struct journal_error *e)
{
	struct journal_file *file = &to->file;

	if (b->disk.len == 0)
		return true;
	seal(b, to);
	if (b->rotate) {
		if (file->fd >= 0 && !file_finish(file, e))
			return false;
		if (!heads_flush(&to->heads, e) ||
		    !file_create(file, b->first, e))
			return false;
		closing_wake(to->closing);
	}
	if (!file_append(file, b->disk.data, b->disk.len, e))
		return false;
	lock_synced(&to->lock, b->seq);
	return heads_set(&to->heads, b->seq, to->chain, e);
}

static void reset(struct buf *b)
{
	buf_reset(b);
	if (b->cap > KEEP_MAX)
		buf_release(b);
}

void batch_reset(struct batch *b)
{
	reset(&b->disk);
	reset(&b->out);
	b->rotate = false;
}

void batch_release(struct batch *b)
{
	buf_release(&b->disk);
	buf_release(&b->out);
}
