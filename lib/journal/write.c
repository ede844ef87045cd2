/* SPDX-License-Identifier: ISC */
/* Writing a journal: records into batches. */
#include "journal/write.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/stamp.h"
#include "journal/chain.h"
#include "journal/internal.h"
#include "record/proof.h"

enum {
	LINE_HEAD = JOURNAL_SEQ_DIGITS + 1 + DIGEST_HEX + 1, /* and no LF */
	EAGER = 64 * 1024, /* bytes that are worth a flush of their own */
};

void writer_claim(struct journal_writer *w)
{
	if (!w->fill)
		w->fill = flusher_claim(w->flusher);
}

bool writer_offer(struct journal_writer *w)
{
	w->fill = NULL;
	return flusher_offer(w->flusher);
}

int writer_alarm(const struct journal_writer *w)
{
	return flusher_alarm(w->flusher);
}

bool writer_answer(struct journal_writer *w)
{
	return flusher_answer(w->flusher);
}

void writer_put(struct journal_writer *w, struct span text)
{
	struct buf *disk = &w->fill->disk;
	size_t before = disk->len;

	batch_line(w->fill, ++w->seq, text);
	w->offset += (off_t)(disk->len - before);
}

void writer_note(struct journal_writer *w, const char *word,
    const char *format, ...)
{
	char time[STAMP_LEN], rest[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(rest, sizeof(rest), format, ap);
	va_end(ap);
	stamp_write(time, stamp_now());
	buf_reset(&w->text);
	buf_addf(&w->text, "# %s %.*s%s", word, STAMP_LEN, time, rest);
	writer_put(w, buf_span(&w->text));
}

void writer_segment(struct journal_writer *w)
{
	w->fill->rotate = true;
	w->segment = w->seq + 1;
	w->offset = 0;
	w->records = 0;
	w->begun = stamp_now();
	writer_note(w, "segment", " id=%.*s previous=%.*s version=%d",
	    UUID_LEN, w->id, DIGEST_HEX, w->to.chain, JOURNAL_VERSION);
}

bool writer_room(struct journal_writer *w, size_t len)
{
	bool rotate = w->records &&
	    (uint64_t)w->offset + len > w->set.segment_size;
	size_t have = w->fill->disk.len;
	bool full = (have && have + len > BATCH_MAX) ||
	    w->fill->out.len > 2 * BATCH_MAX;

	if (rotate) {
		if (!flusher_drain(w->flusher, &w->fill))
			return false;
		writer_segment(w);
	}
	return rotate || !full || flusher_pass(w->flusher, &w->fill);
}

void writer_proof(struct journal_writer *w, uint64_t seq,
    const struct record *r, unsigned char mark[IDS_MARK])
{
	unsigned char raw[DIGEST_RAW];

	buf_reset(&w->proof);
	proof_write(&w->proof, w->set.proof,
	    (struct span){w->id, UUID_LEN}, seq, r, raw);
	memcpy(mark, raw, IDS_MARK);
}

void writer_pass_on(struct journal_writer *w, const struct record *r)
{
	struct record out = *r;

	out.field[RECORD_PROOF] = buf_span(&w->proof);
	record_write(&w->fill->out, &out);
}

bool writer_take(struct journal_writer *w, struct span text,
    const struct record *r, bool known)
{
	struct id_entry e;

	if (!writer_room(w, LINE_HEAD + text.n + 1))
		return false;
	e.offset = w->offset;
	writer_put(w, text);
	w->records++;
	e.seq = w->seq;
	e.segment = w->segment;
	e.len = (uint32_t)(w->offset - e.offset - 1);
	writer_proof(w, w->seq, r, e.mark);
	if (known)
		ids_add(w->ids, r->field[RECORD_ID], &e);
	writer_pass_on(w, r);
	return true;
}

enum writer_finding writer_add(struct journal_writer *w, struct span line,
    const struct record *r, struct span next)
{
	const struct id_entry *e;
	size_t before;

	writer_claim(w);
	before = w->fill->disk.len / EAGER;
	e = ids_find(w->ids, r->field[RECORD_ID]);
	ids_expect(w->ids, next);
	if (e)
		return writer_repeated(w, e, r);
	if (!writer_take(w, line, r, true))
		return WRITER_FAILED;
	/* Asked for each EAGER bytes, not for each record. */
	if (w->fill->disk.len / EAGER != before && flusher_idle(w->flusher) &&
	    !writer_offer(w))
		return WRITER_FAILED;
	return WRITER_TAKEN;
}

bool writer_comment(struct journal_writer *w, struct span line)
{
	writer_claim(w);
	if (w->fill->out.len > 2 * BATCH_MAX &&
	    !flusher_pass(w->flusher, &w->fill))
		return false;
	buf_addspan(&w->fill->out, line);
	buf_addc(&w->fill->out, '\n');
	return true;
}

/* Microseconds until the segment is too old; -1: it never will be. */
static int64_t segment_due(const struct journal_writer *w)
{
	int64_t left = w->set.segment_age - (stamp_now() - w->begun);

	if (!w->set.segment_age || !w->records)
		return -1;
	return left > 0 ? left : 0;
}

bool writer_aged(const struct journal_writer *w)
{
	return segment_due(w) == 0;
}

int writer_due(const struct journal_writer *w)
{
	int64_t due = segment_due(w), rest = flusher_due(w->flusher);

	if (due < 0 || (rest >= 0 && rest < due))
		due = rest;
	if (due <= 0)
		return (int)due;
	due = due / 1000 + 1;
	return due < INT_MAX ? (int)due : INT_MAX;
}

bool writer_tick(struct journal_writer *w, bool resting)
{
	if (!writer_aged(w))
		return !resting || flusher_rest(w->flusher);
	writer_claim(w);
	if (!flusher_drain(w->flusher, &w->fill))
		return false;
	writer_segment(w);
	return writer_offer(w);
}
