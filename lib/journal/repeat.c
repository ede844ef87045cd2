/* SPDX-License-Identifier: ISC */
/* Records whose id is journaled already: the same question gets the same
 * answer, another one under its id is a conflict. */
#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/uuid.h"
#include "journal/chain.h"
#include "journal/check.h"
#include "journal/internal.h"

static enum writer_finding corrupt(struct journal_writer *w,
    const struct id_entry *e, const char *what)
{
	journal_fail(&w->error, FAULT_CORRUPT,
	    "record %" PRIu64 " %s since it was journaled", e->seq, what);
	return WRITER_FAILED;
}

/* Have that segment in w->back, kept for the next time; false with errno. */
static bool segment_back(struct journal_writer *w, uint64_t segment)
{
	char name[JOURNAL_NAME];
	int fd;

	if (w->back_segment == segment)
		return true;
	if (w->back_segment)
		close(w->back.fd);
	w->back_segment = 0;
	fd = segment_open(w->dir, segment, name);
	if (fd < 0)
		return false;
	lines_reset(&w->back, fd);
	w->back_segment = segment;
	return true;
}

/* Whether w->line is the line with that SEQ, or what stands for it. */
static bool stands_for(struct journal_writer *w, uint64_t seq)
{
	struct journal_line l;

	return journal_take(buf_span(&w->line), &l) && l.from <= seq &&
	    seq <= l.seq;
}

/* Where other lines of the segment were erased it is in another place. */
static bool look_for(struct journal_writer *w, uint64_t seq)
{
	enum lines_item item = LINES_LINE;
	struct span line;

	if (!lines_find(&w->back, seq))
		return false;
	while (item == LINES_LINE && !stands_for(w, seq)) {
		item = lines_next(&w->back, &line);
		buf_reset(&w->line);
		buf_addspan(&w->line, line);
	}
	return item != LINES_ERROR;
}

static bool read_back(struct journal_writer *w, const struct id_entry *e)
{
	char *p = buf_room(&w->line, e->len);
	size_t got = 0;

	if (!segment_back(w, e->segment))
		return false;
	while (got < e->len) {
		ssize_t n = lines_read_at(&w->back, p + got, e->len - got,
		    e->offset + (off_t)got);

		if (n <= 0)
			break;
		got += (size_t)n;
	}
	w->line.len = got;
	return stands_for(w, e->seq) || look_for(w, e->seq);
}

/* Have the journaled line in w->line, which has it whole; false with the
 * error. */
static bool fetch(struct journal_writer *w, const struct id_entry *e)
{
	struct batch *b = w->fill;

	buf_reset(&w->line);
	if (b->disk.len && e->seq >= b->first) {
		off_t base = w->offset - (off_t)b->disk.len;

		buf_add(&w->line, b->disk.data + (e->offset - base), e->len);
		return true;
	}
	/* It may be on its way: it is answered when it is on disk. */
	if (e->seq > w->opened && e->seq > flusher_synced(w->flusher) &&
	    !flusher_drain(w->flusher, &w->fill))
		return false;
	return read_back(w, e) ||
	    journal_fail(&w->error, FAULT_SYSTEM,
		"cannot read record %" PRIu64 " again", e->seq);
}

static struct span as_it_came(const struct record *r)
{
	return r->field[record_absent(r, RECORD_ORIGINAL) ? RECORD_STANZA
							   : RECORD_ORIGINAL];
}

static enum writer_finding conflict(struct journal_writer *w, uint64_t seq,
    const struct record *r, const char *how)
{
	struct record changed = *r;

	if (r->verdict != VERDICT_DROP)
		record_set_verdict(&changed, VERDICT_REJECT);
	buf_reset(&w->reason);
	if (!record_absent(r, RECORD_REASON)) {
		buf_addspan(&w->reason, r->field[RECORD_REASON]);
		buf_adds(&w->reason, "; ");
	}
	buf_addf(&w->reason,
	    "conflict@journal: id already journaled as %" PRIu64 " %s", seq,
	    how);
	changed.field[RECORD_REASON] = buf_span(&w->reason);
	buf_reset(&w->text);
	record_write(&w->text, &changed);
	w->text.len--;
	if (w->text.len > RECORD_LINE_MAX)
		return WRITER_TOO_LONG;
	return writer_take(w, buf_span(&w->text), &changed, false)
	    ? WRITER_CONFLICT
	    : WRITER_FAILED;
}

enum writer_finding writer_repeated(struct journal_writer *w,
    const struct id_entry *entry, const struct record *r)
{
	struct id_entry e = *entry;
	unsigned char mark[IDS_MARK];
	struct journal_line l;
	struct record old;
	struct span was;

	if (!fetch(w, &e))
		return WRITER_FAILED;
	if (!stands_for(w, e.seq) || !journal_take(buf_span(&w->line), &l))
		return corrupt(w, &e, "has gone");
	/* Nobody knows any more whether it is the same. */
	if (journal_pruned(l.text) || journal_erased(l.text, &was))
		return conflict(w, e.seq, r, "which has been removed");
	if (record_parse(&old, l.text.p, l.text.n) ||
	    !span_same(old.field[RECORD_ID], r->field[RECORD_ID]))
		return corrupt(w, &e, "has gone");
	if (!span_same(old.field[RECORD_NODE], r->field[RECORD_NODE]))
		return conflict(w, e.seq, r, "for another node");
	if (!span_same(as_it_came(&old), as_it_came(r)))
		return conflict(w, e.seq, r, "with another stanza");
	/* What is signed again is what was signed before. */
	writer_proof(w, e.seq, &old, mark);
	if (memcmp(mark, e.mark, IDS_MARK) != 0)
		return corrupt(w, &e, "was changed");
	if (w->fill->out.len > 2 * BATCH_MAX &&
	    !flusher_pass(w->flusher, &w->fill))
		return WRITER_FAILED;
	writer_pass_on(w, &old);
	return WRITER_REPEATED;
}
