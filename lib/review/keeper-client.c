/* SPDX-License-Identifier: ISC */
/* What those say who are connected to the keeper, people who settle, and
 * nodes. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "review/keeper-internal.h"

static void answer(struct client *c, const char *text)
{
	link_write(c->link, text, strlen(text));
}

static void refuse(struct client *c, const char *why)
{
	struct buf line = BUF_EMPTY;

	/* What was written before is answered before. */
	keeper_commit(c->keeper);
	buf_addf(&line, "# refused %s\n", why);
	answer(c, buf_str(&line));
	buf_release(&line);
}

/* His name is looked up when he asks for something: that may take its time. */
static const char *user_of(struct client *c)
{
	struct buf name = BUF_EMPTY;

	if (!c->user) {
		reviewers_name(&name, c->uid);
		c->user = buf_detach(&name);
	}
	return c->user;
}

static void add_status(const struct keeper *k, struct buf *b)
{
	int64_t oldest = INT64_MAX;
	char time[STAMP_LEN];

	for (const struct hold *h = k->holds.first; h; h = h->next) {
		if (h->time < oldest)
			oldest = h->time;
	}
	buf_addf(b, "held %zu\noldest ", k->holds.open);
	if (!k->holds.first) {
		buf_adds(b, "-\n");
		return;
	}
	stamp_write(time, oldest);
	buf_add(b, time, STAMP_LEN);
	buf_addc(b, '\n');
}

static void add_list(const struct keeper *k, struct buf *b)
{
	for (const struct hold *h = k->holds.first; h; h = h->next) {
		buf_addspan(b, buf_span(&h->line));
		buf_addc(b, '\n');
		buf_addspan(b, buf_span(&h->reviews));
	}
}

/* A question that one answer and the end of the connection follow. */
static void tell(struct client *c,
    void (*add)(const struct keeper *, struct buf *))
{
	struct keeper *k = c->keeper;
	struct buf b = BUF_EMPTY;

	c->gone = true;
	if (!c->own && !reviewers_have(k->config.reviewers, user_of(c))) {
		refuse(c, "you may not settle");
		return;
	}
	add(k, &b);
	/* Where this is missing the answer was cut off. */
	buf_addf(&b, "# end %zu\n", b.len);
	link_write(c->link, b.data, b.len);
	buf_release(&b);
}

static void take(struct client *c, struct span node)
{
	if (!c->own) {
		refuse(c, "only a node of this keeper's user takes what is "
			  "settled");
		return;
	}
	free(c->node_name);
	c->node_name = node.n ? mem_dup(node.p, node.n) : NULL;
	c->node = true;
	keeper_greet(c->keeper, c);
}

static void on_comment(struct client *c, struct span line)
{
	if (span_starts(line, "# ping ")) {
		link_write(c->link, line.p, line.n);
		answer(c, "\n");
	} else if (span_is(line, "# take")) {
		take(c, (struct span){"", 0});
	} else if (span_starts(line, "# take ")) {
		take(c, (struct span){line.p + 7, line.n - 7});
	} else if (span_is(line, "# status")) {
		tell(c, add_status);
	} else if (span_is(line, "# list")) {
		tell(c, add_list);
	}
}

static void settle(struct client *c, const struct review *asked)
{
	struct keeper *k = c->keeper;
	struct review v = {.verdict = asked->verdict, .why = asked->why,
	    .to = asked->verdict == REVIEW_ESCALATE ? asked->to
						    : (struct span){NULL, 0}};

	buf_reset(&k->why);
	buf_reset(&k->line);
	if (!rules_allow(k->config.reviewers, &k->holds, &k->stanza, asked,
		user_of(c), &k->why)) {
		refuse(c, buf_str(&k->why));
		return;
	}
	v.by = span_of(user_of(c));
	rules_record(&k->line, holds_find(&k->holds, asked->ref), v);
	if (!keeper_write(k, buf_span(&k->line), c, &k->why))
		refuse(c, buf_str(&k->why));
}

/* What a node says of a review, under the id that it gave it. */
static void take_outcome(struct client *c, struct record *r, struct span ref)
{
	struct keeper *k = c->keeper;

	if (!holds_settled(&k->holds, ref)) {
		buf_reset(&k->why);
		/* In words, and for a pipeline. */
		buf_addf(&k->why,
		    "'%.*s' has settled nothing here\n# unjudged %.*s",
		    SPAN_ARG(ref), SPAN_ARG(r->field[RECORD_ID]));
		refuse(c, buf_str(&k->why));
		return;
	}
	record_set_verdict(r, VERDICT_PASS);
	r->field[RECORD_PROOF] = span_of("-");
	buf_reset(&k->line);
	buf_reset(&k->why);
	record_write(&k->line, r);
	if (!keeper_write(k, buf_span(&k->line), c, &k->why))
		refuse(c, buf_str(&k->why));
}

static void on_record(struct client *c, struct span line)
{
	struct keeper *k = c->keeper;
	struct review v;
	struct record r;
	const char *why = record_parse(&r, line.p, line.n);

	if (!why && r.event != EVENT_REVIEW)
		why = "is no review";
	if (!why)
		why = stanza_read(&k->stanza, r.field[RECORD_STANZA]);
	if (!why)
		why = review_read(&v, &k->stanza, &k->chars);
	if (why) {
		buf_reset(&k->why);
		buf_addf(&k->why, "what you ask %s", why);
		refuse(c, buf_str(&k->why));
	} else if (c->own &&
	    (v.verdict == REVIEW_DONE || v.verdict == REVIEW_ARRIVED)) {
		take_outcome(c, &r, v.ref);
	} else {
		settle(c, &v);
	}
}

static void on_lines(struct client *c)
{
	size_t at = 0;
	char *lf;

	while (!c->gone && !c->keeper->end.fault &&
	    (lf = memchr(c->in.data + at, '\n', c->in.len - at))) {
		struct span line = {c->in.data + at,
		    (size_t)(lf - c->in.data) - at};

		at += line.n + 1;
		if (line.n && line.p[0] == '#')
			on_comment(c, line);
		else
			on_record(c, line);
	}
	buf_consume(&c->in, at);
}

void client_said(struct client *c, const char *p, size_t n)
{
	struct keeper *k = c->keeper;

	buf_add(&c->in, p, n);
	keeper_look(k);
	on_lines(c);
	keeper_commit(k);
}
