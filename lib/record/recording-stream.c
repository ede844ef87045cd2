/* SPDX-License-Identifier: ISC */
/* The sessions of a recording, and what is said in them. */
#include "record/internal.h"

#include <stdlib.h>

#include "base/fnv.h"
#include "base/mem.h"
#include "xml/jid.h"

#define NS_STREAMS "http://etherx.jabber.org/streams"

static void reset(struct recording *r, struct recording_stream *s)
{
	traffic_release(&s->traffic);
	traffic_init(&s->traffic, r->local, r->events);
	for (int i = 0; i < TRAFFIC_BOTH; i++)
		xml_scope_client(&s->scope[i]);
	recorder_token(s->session);
	buf_reset(&s->name);
	s->footers = 0;
}

static void free_stream(struct recording_stream *s)
{
	traffic_release(&s->traffic);
	for (int i = 0; i < TRAFFIC_BOTH; i++)
		xml_scope_release(&s->scope[i]);
	buf_release(&s->name);
	free(s);
}

void recording_forget(struct recording *r)
{
	for (size_t i = 0; i < r->streams; i++)
		free_stream(r->stream[i]);
	r->streams = 0;
	r->now = NULL;
}

static uint64_t key_of(struct span name)
{
	uint64_t hash = name.n ? fnv_hash(name) : 0;

	return hash || !name.n ? hash : 1;
}

/* Room for one more; the nameless one, which is the first, stays. */
static struct recording_stream *room(struct recording *r, struct buf *lines)
{
	size_t old = 1;

	if (r->streams < RECORDING_STREAMS)
		return r->stream[r->streams++] =
			   mem_zalloc(sizeof(struct recording_stream));
	for (size_t i = 2; i < r->streams; i++) {
		if (r->stream[i]->used < r->stream[old]->used)
			old = i;
	}
	recording_close(r, r->stream[old], lines);
	return r->stream[old];
}

struct recording_stream *recording_session(struct recording *r,
    struct buf *lines, struct span name)
{
	uint64_t key = key_of(name);
	struct recording_stream *s = r->now;

	if (s && s->key == key)
		return s;
	for (size_t i = 0; i < r->streams; i++) {
		if (r->stream[i]->key == key)
			return r->stream[i];
	}
	s = room(r, lines);
	reset(r, s);
	s->key = key;
	if (!r->now)
		r->now = s;
	return s;
}

void recording_own(struct recording *r, struct span jid)
{
	struct traffic *t = &r->now->traffic;
	struct span own = jid_bare(buf_span(&t->own));

	if (!t->own.len || !span_same(own, jid_bare(jid)))
		(void)traffic_own(t, jid);
}

/* Whether the record to come has a time of the recording's own. */
bool recording_set_time(struct recording *r)
{
	if (r->how.times && r->has_time)
		recorder_at(r->recorder, r->time);
	return r->how.times && r->has_time;
}

int recording_log_session(struct recording *r,
    struct recording_stream *s,
    struct buf *lines, enum event event)
{
	unsigned bit = event == EVENT_LOGIN ? TRAFFIC_LOGIN : TRAFFIC_LOGOUT;
	bool timed;

	if (!(r->events & bit) || !lines)
		return RECORDING_NOTHING;
	timed = recording_set_time(r);
	recorder_session(r->recorder, lines,
	    (struct span){s->session, RECORDER_TOKEN}, event,
	    buf_span(&s->traffic.own), "");
	if (timed)
		recorder_own(r->recorder);
	return RECORDING_RECORD;
}

static int close_stream(struct recording *r, struct recording_stream *s,
    struct buf *lines)
{
	int item = RECORDING_NOTHING;

	if (traffic_close(&s->traffic))
		item = recording_log_session(r, s, lines, EVENT_LOGOUT);
	reset(r, s);
	return item;
}

void recording_close(struct recording *r, struct recording_stream *s,
    struct buf *lines)
{
	(void)close_stream(r, s, lines);
}

/* Who begins a stream tells whose log it is. */
static void learn(struct recording *r, enum traffic_side side)
{
	bool sent = r->way == LOGLINE_OUT;

	if (r->way && r->view == LOGLINE_ANY)
		r->seen_by = (side == TRAFFIC_INITIATOR) == sent
		    ? LOGLINE_CLIENT
		    : LOGLINE_SERVER;
	r->way_used = true;
}

int recording_header(struct recording *r, struct buf *lines)
{
	struct xml_scope scope = {.open = BUF_EMPTY, .lang = BUF_EMPTY};
	struct recording_stream *s = r->now;
	enum traffic_side side;
	const char *why;
	int item = RECORDING_NOTHING;

	why = xml_header(r->xml, r->scan.item, &scope, &r->root);
	if (why)
		recording_fault(r, r->scan.item_at + xml_fault_at(r->xml), why);
	else if (!span_is(r->root.ns, NS_STREAMS) ||
	    !span_is(r->root.local, "stream"))
		recording_fault(r, r->scan.item_at, why = "no stream's header");
	if (why) {
		xml_scope_release(&scope);
		return RECORDING_FAULT;
	}
	side = traffic_side_of(&r->root);
	if (s->traffic.side != (TRAFFIC_BOTH ^ side))
		item = close_stream(r, s, lines);
	learn(r, side);
	traffic_open(&s->traffic, &r->root, xml_scope_content(&scope));
	buf_reset(&s->name);
	buf_addspan(&s->name, recording_name(r->scan.item, 1));
	xml_scope_release(&s->scope[side]);
	s->scope[side] = scope;
	return item;
}

int recording_footer(struct recording *r, struct buf *lines)
{
	struct span name = recording_name(r->scan.item, 2);
	struct recording_stream *s = r->now;

	if (span_same(name, buf_span(&s->name)) && s->name.len) {
		if (s->traffic.side == TRAFFIC_BOTH && !s->footers++)
			return RECORDING_NOTHING;
		return close_stream(r, s, lines);
	}
	if (recording_leave(r, lines, name))
		return RECORDING_NOTHING;
	if (r->loose) {
		r->loose--;
		return RECORDING_NOTHING;
	}
	return recording_fault(r, r->scan.item_at,
	    s->name.len ? "end tag does not match" : "end tag without a start");
}
