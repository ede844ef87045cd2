/* SPDX-License-Identifier: ISC */
/* Notices to the refused journal. */
#include "live/notice.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "io/timer.h"
#include "live/internal.h"

struct notice {
	struct question q; /* first, so that both are one */
	struct notice *next, *prev;
	struct item *item;
	void (*then)(struct item *);
	int64_t since;
};

struct notices {
	struct proxy *proxy;
	struct pipeline *writer; /* NULL: none */
	struct notice *first, *last;
	size_t count;
	bool ended;
};

static void take_out(struct notices *n, struct notice *t)
{
	if (t->prev)
		t->prev->next = t->next;
	else
		n->first = t->next;
	if (t->next)
		t->next->prev = t->prev;
	else
		n->last = t->prev;
	n->count--;
}

/* What the notice is of may become visible. */
static void go_on(struct notice *t)
{
	struct item *i = t->item;

	t->item = NULL;
	if (!i)
		return;
	i->notice = NULL;
	t->then(i);
}

static void notice_free(struct notice *t)
{
	buf_release(&t->q.line);
	free(t);
}

static void on_answer(void *arg, struct question *q, const struct record *r)
{
	struct notices *n = arg;
	struct notice *t = (struct notice *)(void *)q;

	(void)r;
	take_out(n, t);
	go_on(t);
	notice_free(t);
}

static void on_stray(void *arg, const struct record *r)
{
	(void)arg;
	(void)r;
}

static void on_state(void *arg, enum pipeline_state state)
{
	(void)arg;
	(void)state;
}

static void on_ended(void *arg)
{
	struct notices *n = arg;

	n->ended = true;
}

static const struct pipeline_owner writer_calls = {
    .answer = on_answer,
    .stray = on_stray,
    .state = on_state,
    .ended = on_ended,
};

struct notices *notices_new(struct proxy *p, const char *const *argv)
{
	struct notices *n = mem_zalloc(sizeof(*n));
	struct pipeline_config config = {.name = "the refused journal",
	    .target = {.argv = argv},
	    .say = p->o.say};

	n->proxy = p;
	if (argv)
		n->writer = pipeline_new(p->base, p->loop, &config,
		    &writer_calls, n);
	return n;
}

void notices_free(struct notices *n)
{
	if (!n)
		return;
	pipeline_free(n->writer);
	while (n->first) {
		struct notice *t = n->first;

		take_out(n, t);
		notice_free(t);
	}
	free(n);
}

static void field(struct record *r, enum record_field f, struct span s)
{
	r->field[f] = s;
}

static void build(struct proxy *p, struct buf *line, struct span session,
    struct span element, struct span original)
{
	static const struct span none = {"-", 1};
	struct recorder *rec = &p->recorder;
	char id[UUID_LEN];
	struct record r = {.event = EVENT_DONE};

	recorder_now(rec);
	uuid_make(&rec->ids, rec->micros, id);
	for (int i = 0; i < RECORD_FIELDS; i++)
		r.field[i] = none;
	field(&r, RECORD_ID, (struct span){id, UUID_LEN});
	field(&r, RECORD_TIME, (struct span){rec->time, STAMP_LEN});
	field(&r, RECORD_NODE, rec->node);
	field(&r, RECORD_SESSION, session);
	field(&r, RECORD_EVENT, span_of(event_name(EVENT_DONE)));
	field(&r, RECORD_STANZA, element);
	if (original.n)
		field(&r, RECORD_ORIGINAL, original);
	record_write(line, &r);
}

/* The journal is away for too long: the log has it then. */
static void unrecorded(struct notices *n, const struct notice *t)
{
	n->proxy->o.say_whole("not in the refused journal", t->q.line.data,
	    t->q.line.len - 1);
}

static void put(struct notices *n, struct span session, struct span element,
    struct span original, struct item *i, void (*then)(struct item *))
{
	struct notice *t;

	if (!n->writer) {
		if (then)
			then(i);
		return;
	}
	t = mem_zalloc(sizeof(*t));
	build(n->proxy, &t->q.line, session, element, original);
	t->since = timer_now();
	if (then) {
		t->item = i;
		t->then = then;
		i->notice = t;
	}
	t->prev = n->last;
	if (n->last)
		n->last->next = t;
	else
		n->first = t;
	n->last = t;
	n->count++;
	pipeline_put(n->writer, &t->q);
}

static void done(struct proxy *p, struct span ref, struct span session,
    struct span original, const char *outcome, const char *attrs,
    struct item *i, void (*then)(struct item *))
{
	struct buf element = BUF_EMPTY;

	buf_adds(&element, "<done xmlns=\"" RECORD_NS "\" ref=\"");
	buf_addspan(&element, ref);
	buf_addf(&element, "\" outcome=\"%s\"%s/>", outcome, attrs);
	put(p->notices, session, buf_span(&element), original, i, then);
	buf_release(&element);
}

void notice_done(struct item *i, const char *outcome, const char *attrs,
    void (*then)(struct item *))
{
	struct session *s = i->session;

	done(s->proxy, (struct span){i->q.line.data, UUID_LEN},
	    (struct span){s->token, RECORDER_TOKEN}, item_stanza(i), outcome,
	    attrs, i, then);
}

void notice_late(struct proxy *p, const struct record *r)
{
	done(p, r->field[RECORD_ID], r->field[RECORD_SESSION],
	    (struct span){NULL, 0}, "late", "", NULL, NULL);
}

void notice_start(struct proxy *p, const char *attrs)
{
	struct buf element = BUF_EMPTY;

	buf_addf(&element, "<start xmlns=\"%s\"%s/>", RECORD_NS, attrs);
	put(p->notices, span_of("-"), buf_span(&element),
	    (struct span){NULL, 0}, NULL, NULL);
	buf_release(&element);
}

void notice_cancel(struct item *i)
{
	if (!i->notice)
		return;
	i->notice->item = NULL;
	i->notice = NULL;
}

void notices_tick(struct notices *n, int64_t now)
{
	while (n->count > NOTICES_MAX) {
		struct notice *t = n->first;

		pipeline_drop(n->writer, &t->q);
		take_out(n, t);
		if (t->since)
			unrecorded(n, t);
		go_on(t);
		notice_free(t);
	}
	for (struct notice *t = n->first; t; t = t->next) {
		if (!t->since)
			continue;
		if (now - t->since < NOTICE_WAIT)
			return;
		/* It is still written once that is possible. */
		unrecorded(n, t);
		t->since = 0;
		go_on(t);
	}
}

size_t notices_pending(const struct notices *n)
{
	return n->count;
}

void notices_end(struct notices *n)
{
	if (n->writer)
		pipeline_end(n->writer);
	else
		n->ended = true;
}

bool notices_ended(const struct notices *n)
{
	return n->ended;
}
