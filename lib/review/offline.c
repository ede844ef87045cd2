/* SPDX-License-Identifier: ISC */
/* Settling on plain files. */
#include "review/offline.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "base/uuid.h"
#include "journal/journal.h"
#include "review/ledger.h"
#include "review/released.h"
#include "review/rules.h"

struct offline {
	struct ledger *ledger;
	struct holds *holds;
	const struct reviewers *reviewers;
	char *user;
	struct settled **out; /* whose records are on their way out */
	size_t outs;
	bool failed;
	struct stanza stanza;
	struct buf line, released;
	struct buf *back; /* where the next that comes back goes; NULL:
			   * nowhere */
};

static bool read_ledger(struct offline *o, const char *to, struct digest *d,
    struct journal_error *e)
{
	const char *why;
	struct journal_reader *j = journal_open(to, false, &why);
	bool ok = j && ledger_read(j, d, o->holds);

	if (!ok)
		journal_fail(e, FAULT_SYSTEM, "%s", j ? journal_why(j) : why);
	journal_close(j);
	return ok;
}

struct offline *offline_open(const char *to, struct digest *d,
    struct holds *s, const struct reviewers *reviewers,
    struct journal_tail *tail, struct journal_error *e)
{
	struct offline *o = mem_zalloc(sizeof(*o));
	struct journal_error later;
	struct buf user = BUF_EMPTY;

	o->holds = s;
	o->reviewers = reviewers;
	reviewers_name(&user, getuid());
	o->user = buf_detach(&user);
	o->ledger = ledger_open(to, d, tail, e);
	if (o->ledger && read_ledger(o, to, d, e))
		return o;
	(void)offline_close(o, &later);
	return NULL;
}

/* Add a line, and tell what it settles; settled NULL: nothing. */
static bool add(struct offline *o, const struct buf *with_lf,
    struct settled **settled)
{
	struct span line = buf_span(with_lf);
	enum writer_finding found;
	struct settled *d;
	struct record r;

	line.n--;
	if (record_parse(&r, line.p, line.n))
		return false;
	found = ledger_add(o->ledger, line, &r);
	o->failed |= found == WRITER_FAILED;
	if (found != WRITER_TAKEN)
		return false;
	d = holds_review(o->holds, &r, buf_span(with_lf));
	if (settled)
		*settled = d;
	return true;
}

static void on_back(void *arg, struct span line)
{
	struct offline *o = arg;

	if (o->back) {
		buf_reset(o->back);
		buf_addspan(o->back, line);
	}
	o->back = NULL;
}

/* The first line of what was added is put into back, as it was journaled. */
static bool commit(struct offline *o, struct buf *back)
{
	o->back = back;
	if (!ledger_commit(o->ledger, on_back, o))
		o->failed = true;
	o->back = NULL;
	return !o->failed;
}

static void print(struct offline *o, struct settled *d, struct buf *out)
{
	buf_addspan(out, buf_span(&d->printed));
	o->out = mem_resize(o->out, o->outs + 1, sizeof(struct settled *));
	o->out[o->outs++] = d;
}

/* What an earlier process has released, and was not there any more to print.
 */
static bool left_over(const struct offline *o, const struct review *v,
    struct settled **d)
{
	const struct hold *h = holds_find(o->holds, v->ref);

	*d = h ? h->settled : NULL;
	return v->verdict == REVIEW_RELEASE && *d && !(*d)->done &&
	    (*d)->printed.len && (*d)->by && strcmp((*d)->by, o->user) == 0;
}

/* What was added before it stays, and is nobody's to print. */
static enum ask_answer fail(struct offline *o, struct buf *answer)
{
	if (o->failed || !commit(o, NULL))
		return ASK_FAILED;
	buf_adds(answer, "it would be too long to be journaled");
	return ASK_REFUSED;
}

/* What is to be printed is ahead of the review, and means nothing without it:
 * wherever this ends, no review is on disk of which that would be lost. */
static enum ask_answer release(struct offline *o, const struct hold *h,
    struct buf *out, struct buf *answer)
{
	struct settled *d = NULL;
	struct record review;

	buf_reset(&o->released);
	if (record_parse(&review, o->line.data, o->line.len - 1) ||
	    !released_record(&o->released, &o->stanza, &h->record,
		review.field[RECORD_ID], o->user) ||
	    !add(o, &o->released, NULL) || !add(o, &o->line, &d) || !d)
		return fail(o, answer);
	if (!commit(o, &d->printed))
		return ASK_FAILED;
	print(o, d, out);
	return ASK_DONE;
}

static bool may(struct offline *o, const struct review *v,
    struct buf *answer)
{
	const struct hold *h = holds_find(o->holds, v->ref);

	if (!rules_allow(o->reviewers, o->holds, &o->stanza, v, o->user,
		answer))
		return false;
	if (v->verdict != REVIEW_RELEASE ||
	    !stanza_read(&o->stanza, h->record.field[RECORD_STANZA]))
		return true;
	buf_addf(answer, "'%.*s' cannot be read", UUID_LEN, h->id);
	return false;
}

enum ask_answer offline_settle(struct offline *o, const struct review *asked,
    struct buf *out, struct buf *answer)
{
	struct review v = *asked;
	struct settled *d;
	struct hold *h;

	if (left_over(o, asked, &d)) {
		print(o, d, out);
		return ASK_DONE;
	}
	if (!may(o, asked, answer))
		return ASK_REFUSED;
	h = holds_find(o->holds, asked->ref);
	v.by = span_of(o->user);
	buf_reset(&o->line);
	rules_record(&o->line, h, v);
	if (v.verdict == REVIEW_RELEASE && rules_settle(h, v.verdict))
		return release(o, h, out, answer);
	if (!add(o, &o->line, NULL))
		return fail(o, answer);
	if (!commit(o, NULL))
		return ASK_FAILED;
	return v.verdict == REVIEW_RELEASE ? ASK_MORE : ASK_DONE;
}

void offline_printed(struct offline *o)
{
	for (size_t i = 0; i < o->outs; i++) {
		const struct settled *d = o->out[i];
		const struct review v = {.verdict = REVIEW_DONE,
		    .ref = {d->id, UUID_LEN}, .outcome = span_of("sent"),
		    .why = span_of("it was printed")};

		buf_reset(&o->line);
		rules_outcome(&o->line, d->node_name, &v);
		if (!add(o, &o->line, NULL) || (ledger_pending(o->ledger) >=
			LEDGER_MOST && !commit(o, NULL)))
			return;
	}
	o->outs = 0;
	(void)commit(o, NULL);
}

bool offline_close(struct offline *o, struct journal_error *e)
{
	bool ok = true;

	*e = (struct journal_error){.fault = FAULT_NONE};
	if (o->ledger)
		ok = ledger_close(o->ledger, e);
	stanza_release(&o->stanza);
	buf_release(&o->line);
	buf_release(&o->released);
	free(o->user);
	free(o->out);
	free(o);
	return ok;
}
