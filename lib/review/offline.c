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
	struct buf line;
	struct buf *back; /* where what comes back goes; NULL: nowhere */
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

static bool add(struct offline *o, struct settled **settled)
{
	struct span line = buf_span(&o->line);
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
	d = holds_review(o->holds, &r, buf_span(&o->line));
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
}

/* The last line of what was added is put into back. */
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

static enum ask_answer fail(struct offline *o, struct buf *answer)
{
	if (o->failed)
		return ASK_FAILED;
	buf_adds(answer, "it would be too long to be journaled");
	return ASK_REFUSED;
}

/* The review and the record that is released are on disk together. */
static enum ask_answer release(struct offline *o, struct settled *d,
    const struct record *held, struct buf *out, struct buf *answer)
{
	buf_reset(&o->line);
	if (!released_record(&o->line, &o->stanza, held, d) ||
	    !add(o, NULL) || !commit(o, &d->printed))
		return fail(o, answer);
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

/* Once it is settled its line is not kept: held is one that is. */
static enum ask_answer settle(struct offline *o, const struct review *v,
    const struct record *held, struct buf *out, struct buf *answer)
{
	struct settled *d;

	if (!add(o, &d))
		return fail(o, answer);
	if (d && d->verdict == REVIEW_RELEASE)
		return release(o, d, held, out, answer);
	if (!commit(o, NULL))
		return ASK_FAILED;
	return !d && v->verdict == REVIEW_RELEASE ? ASK_MORE : ASK_DONE;
}

enum ask_answer offline_settle(struct offline *o, const struct review *asked,
    struct buf *out, struct buf *answer)
{
	struct review v = *asked;
	struct buf held = BUF_EMPTY;
	enum ask_answer found;
	struct settled *d;
	struct record r;
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
	buf_addspan(&held, buf_span(&h->line));
	r = h->record;
	if (held.len)
		record_move(&r, h->line.data, held.data);
	found = settle(o, &v, &r, out, answer);
	buf_release(&held);
	return found;
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
		if (!add(o, NULL) || (ledger_pending(o->ledger) >=
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
	free(o->user);
	free(o->out);
	free(o);
	return ok;
}
