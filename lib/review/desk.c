/* SPDX-License-Identifier: ISC */
/* A reviewer's desk. */
#include "review/desk.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/uuid.h"
#include "review/context.h"
#include "review/list.h"
#include "review/offline.h"

static enum desk_fault fault_of(enum list_reading reading)
{
	static const enum desk_fault faults[] = {[LIST_WHOLE] = DESK_FINE,
	    [LIST_BROKEN] = DESK_BROKEN, [LIST_UNREAD] = DESK_UNREAD};

	return faults[reading];
}

static enum desk_fault connect_keeper(struct desk *d)
{
	buf_reset(&d->why);
	return ask_open(&d->ask, d->config.keeper, &d->why) ? DESK_FINE
							     : DESK_AWAY;
}

static enum desk_fault ask_list(struct desk *d)
{
	struct buf lines = BUF_EMPTY;
	enum desk_fault fault = connect_keeper(d);
	enum ask_answer answer = ASK_DONE;

	if (!fault)
		answer = ask_lines(&d->ask, "list", &lines, &d->why);
	if (answer)
		fault = answer == ASK_REFUSED ? DESK_DENIED : DESK_AWAY;
	if (!fault)
		list_take(&d->holds, buf_span(&lines));
	ask_close(&d->ask);
	buf_release(&lines);
	return fault;
}

static enum desk_fault read_journals(struct desk *d)
{
	const struct desk_config *c = &d->config;
	enum desk_fault found = DESK_FINE, one;

	for (size_t i = 0; i < c->count && found != DESK_UNREAD; i++) {
		buf_reset(&d->why);
		one = fault_of(d->offline
			? list_journal(&d->holds, c->journals[i], &d->why)
			: list_read(&d->holds, c->journals[i], c->to,
			      &d->why));
		if (one)
			found = one;
	}
	return found;
}

static enum desk_fault open_ledger(struct desk *d)
{
	const struct desk_config *c = &d->config;
	struct journal_tail tail;

	d->offline = offline_open(c->to, c->proof, &d->holds, c->reviewers,
	    &tail, &d->error);
	return d->offline ? DESK_FINE : DESK_LEDGER;
}

enum desk_fault desk_open(
    struct desk *d, const struct desk_config *config, bool looks)
{
	enum desk_fault fault = DESK_FINE, later = DESK_FINE;

	*d = (struct desk){.config = *config};
	d->holds.keep = looks;
	d->holds.node_name = config->keeper ? NULL : config->node_name;
	if (config->settles && !config->keeper)
		fault = open_ledger(d);
	if (fault || (config->keeper && !looks))
		;
	else if (config->count)
		fault = read_journals(d);
	else
		fault = ask_list(d);
	if (fault <= DESK_BROKEN && config->settles && config->keeper)
		later = connect_keeper(d);
	return later ? later : fault;
}

/* "# policy ID RULE@TAG: now TAG, without that rule" */
static void add_policy(struct desk *d, const struct hold *h, struct buf *b,
    bool whole)
{
	const struct desk_config *c = &d->config;
	struct reason held;

	if (!c->tag || !list_other_policy(h, c->tag, &held))
		return;
	if (whole)
		buf_addf(b, "# policy %.*s ", UUID_LEN, h->id);
	else
		buf_adds(b, "policy ");
	buf_addf(b, "%.*s@%.*s: now %s%s\n", SPAN_ARG(held.rule),
	    SPAN_ARG(held.tag), c->tag,
	    c->has_rule(c->arg, held.rule) ? "" : ", without that rule");
}

/* The conversations around all of them; NULL: none are wanted. */
static struct context *read_context(struct desk *d,
    struct hold *const *hold, size_t count, enum desk_fault *fault)
{
	const struct desk_config *c = &d->config;
	struct context *context;

	*fault = DESK_FINE;
	if (!c->context || !c->count)
		return NULL;
	context = context_new(c->context);
	for (size_t i = 0; i < count; i++)
		context_want(context, &hold[i]->record);
	for (size_t i = 0; i < c->count && *fault != DESK_UNREAD; i++) {
		buf_reset(&d->why);
		*fault = fault_of(
		    list_context(context, c->journals[i], &d->why));
	}
	return context;
}

static void list_around(struct desk *d, struct hold *const *hold,
    size_t count, const struct context *context, struct buf *out)
{
	for (size_t i = 0; i < count && d->config.tells; i++)
		add_policy(d, hold[i], out, true);
	for (size_t i = 0; i < context_count(context); i++) {
		buf_addspan(out, context_line(context, i));
		buf_addc(out, '\n');
	}
	for (size_t i = 0; i < count && d->config.reviews; i++)
		buf_addspan(out, buf_span(&hold[i]->reviews));
}

size_t desk_list(struct desk *d, struct buf *out, enum desk_fault *fault)
{
	size_t count;
	struct hold **hold =
	    list_sorted(&d->holds, d->config.settled, &count);
	struct context *context = read_context(d, hold, count, fault);

	for (size_t i = 0; i < count && !context; i++) {
		if (d->config.tells)
			add_policy(d, hold[i], out, true);
		list_write(out, hold[i], d->config.reviews);
	}
	if (context)
		list_around(d, hold, count, context, out);
	context_free(context);
	free(hold);
	return count;
}

size_t desk_outdated(const struct desk *d)
{
	const struct desk_config *c = &d->config;
	struct reason held;
	size_t outdated = 0;

	for (struct hold *h = d->holds.all; h && c->tag; h = h->after)
		outdated += (h->settled != NULL) == c->settled &&
		    list_other_policy(h, c->tag, &held);
	return outdated;
}

enum ask_answer desk_settle(struct desk *d, const struct review *v,
    struct buf *out, struct buf *answer)
{
	if (d->offline)
		return offline_settle(d->offline, v, out, answer);
	return ask_settle(&d->ask, v, answer);
}

void desk_printed(struct desk *d)
{
	if (d->offline)
		offline_printed(d->offline);
}

struct sitting {
	struct desk *desk;
	struct buf *released;
};

static bool on_settle(void *arg, struct span id, enum review_verdict verdict,
    struct span why, struct span to, struct buf *answer)
{
	const struct review v = {.verdict = verdict, .ref = id,
	    .why = why.n ? why : (struct span){NULL, 0}, .to = to};
	struct sitting *s = arg;

	switch (desk_settle(s->desk, &v, s->released, answer)) {
	case ASK_DONE:
		return true;
	case ASK_MORE:
		buf_adds(answer, "another reviewer has to release it, too");
		return true;
	case ASK_REFUSED:
		return false;
	case ASK_FAILED:
		break;
	}
	if (!answer->len)
		buf_adds(answer, "the review journal failed");
	return false;
}

static struct walk_item *make_items(struct desk *d,
    struct hold *const *hold, size_t count, struct buf *remarks)
{
	struct walk_item *item = mem_zalloc((count + 1) * sizeof(*item));
	size_t *end = mem_zalloc((count + 1) * sizeof(*end)), begin = 0;

	for (size_t i = 0; i < count; i++) {
		add_policy(d, hold[i], remarks, false);
		list_remarks(remarks, hold[i]);
		end[i] = remarks->len;
	}
	for (size_t i = 0; i < count; begin = end[i++])
		item[i] = (struct walk_item){buf_span(&hold[i]->line),
		    {buf_span(remarks).p + begin, end[i] - begin}};
	free(end);
	return item;
}

struct walk_result desk_walk(struct desk *d, int in, int out, bool colour,
    struct buf *released, enum desk_fault *fault)
{
	size_t count;
	struct hold **hold = list_sorted(&d->holds, false, &count);
	struct context *context = read_context(d, hold, count, fault);
	struct buf remarks = BUF_EMPTY;
	struct walk_item *item = make_items(d, hold, count, &remarks);
	struct sitting sitting = {d, released};
	const struct walk w = {.item = item, .items = count,
	    .context = context, .colour = colour, .local = true, .in = in,
	    .out = out, .settle = on_settle, .arg = &sitting};
	struct walk_result result = walk(&w);

	context_free(context);
	free(item);
	free(hold);
	buf_release(&remarks);
	return result;
}

enum desk_fault desk_close(struct desk *d)
{
	bool ok = true;

	if (d->offline)
		ok = offline_close(d->offline, &d->error);
	ask_close(&d->ask);
	holds_release(&d->holds);
	buf_release(&d->why);
	return ok ? DESK_FINE : DESK_LEDGER;
}
