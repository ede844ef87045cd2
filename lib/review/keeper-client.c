/* SPDX-License-Identifier: ISC */
/* Who connects to the keeper: people who settle, and nodes. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "io/listener.h"
#include "review/keeper-internal.h"

enum { SOCKET_MODE = 0666 }; /* who is there is told by the kernel */

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

static void unlink_client(struct client *c)
{
	struct keeper *k = c->keeper;

	*(c->prev ? &c->prev->next : &k->clients) = c->next;
	if (c->next)
		c->next->prev = c->prev;
	for (size_t i = 0; i < k->pendings; i++) {
		if (k->pending[i].client == c)
			k->pending[i].client = NULL;
	}
	keeper_forget(k, c);
	buf_release(&c->in);
	free(c->user);
	free(c->node_name);
	free(c);
}

/* What is queued for it may still go out. */
static void end_client(struct client *c)
{
	link_close(c->link, KEEPER_CLOSE);
	unlink_client(c);
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
	if (!c->own && !reviewers_have(k->config.reviewers, c->user)) {
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
		c->user, &k->why)) {
		refuse(c, buf_str(&k->why));
		return;
	}
	v.by = span_of(c->user);
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

static void on_data(struct link *l, void *arg, const char *p, size_t n)
{
	struct client *c = arg;
	struct keeper *k = c->keeper;

	(void)l;
	buf_add(&c->in, p, n);
	keeper_look(k);
	on_lines(c);
	keeper_commit(k);
	keeper_hand_out(k);
	if (c->gone || (!c->node && (c->in.len > KEEPER_LINE ||
		link_backlog(c->link) > KEEPER_BACKLOG)) ||
	    c->in.len > RECORD_LINE_MAX)
		end_client(c);
}

static void on_end(struct link *l, void *arg, enum link_end end,
    const char *why)
{
	struct client *c = arg;
	struct keeper *k = c->keeper;

	(void)why;
	if (end == LINK_PEER_ENDED) {
		end_client(c);
	} else {
		link_free(l);
		unlink_client(c);
	}
	keeper_hand_out(k);
}

static const struct link_owner calls = {.data = on_data, .end = on_end};

static bool crowded(const struct keeper *k, uid_t uid)
{
	size_t n = 0;

	for (const struct client *c = k->clients; c; c = c->next)
		n += c->uid == uid;
	return n >= KEEPER_PER_USER;
}

static void on_accepted(void *arg, struct listener *listener, int fd,
    const struct endpoint *peer)
{
	struct keeper *k = arg;
	struct buf name = BUF_EMPTY;
	struct endpoint_user user;
	struct client *c;
	bool own;

	(void)listener;
	(void)peer;
	own = endpoint_user(fd, &user) &&
	    (user.uid == 0 || user.uid == getuid());
	if (!endpoint_user(fd, &user) || (!own && crowded(k, user.uid))) {
		close(fd);
		return;
	}
	reviewers_name(&name, user.uid);
	c = mem_zalloc(sizeof(*c));
	*c = (struct client){.next = k->clients, .keeper = k, .own = own,
	    .uid = user.uid, .user = buf_detach(&name)};
	if (k->clients)
		k->clients->prev = c;
	k->clients = c;
	c->link = link_new(k->loop, fd, &calls, c);
	link_resume(c->link);
}

static void on_resting(void *arg, struct listener *listener, int error)
{
	struct keeper *k = arg;

	(void)listener;
	k->config.say("cannot accept connections for now: %s",
	    strerror(error));
}

bool keeper_listen(struct keeper *k)
{
	static const struct listener_owner owner = {on_accepted, on_resting};
	struct buf why = BUF_EMPTY;

	k->listener = listener_open(k->base, k->config.address, NULL, NULL,
	    NULL, &owner, k, &why);
	if (k->listener &&
	    chmod(k->config.address->path, SOCKET_MODE) != 0)
		buf_addf(&why, "cannot open '%s' to all: %s",
		    k->config.address->text, strerror(errno));
	if (why.len) {
		snprintf(k->end.error.text, sizeof(k->end.error.text), "%s",
		    buf_str(&why));
		k->end.error.error = 0;
		keeper_fail(k, KEEPER_LISTEN);
	} else {
		k->config.say("listening on %s", k->config.address->text);
	}
	buf_release(&why);
	return !k->end.fault;
}

void keeper_close_clients(struct keeper *k)
{
	listener_free(k->listener);
	while (k->clients) {
		link_free(k->clients->link);
		unlink_client(k->clients);
	}
}
