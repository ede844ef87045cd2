/* SPDX-License-Identifier: ISC */
/* The stanzas of a recording, into records. */
#include "record/internal.h"

#include <inttypes.h>
#include <string.h>

#include "record/password.h"
#include "xml/oversize.h"

#define NS_DELAY "urn:xmpp:delay"
#define NS_OLD_DELAY "jabber:x:delay"

static struct span session(const struct recording *r)
{
	return (struct span){r->now->session, RECORDER_TOKEN};
}

/* A password is for no record. */
static void blank(struct recording *r, bool sent)
{
	struct traffic *t = &r->now->traffic;

	buf_reset(&r->text);
	if (!password_blank(&r->text, &t->stanza, &r->root,
		buf_span(&r->stanza), buf_span(&t->own), sent))
		return;
	buf_reset(&r->stanza);
	buf_addspan(&r->stanza, buf_span(&r->text));
}

/* Which way the mark in force says it went, as the account sees it. */
static void mark(struct recording *r)
{
	struct traffic *t = &r->now->traffic;
	enum logline_view view = r->view ? r->view : r->seen_by;
	bool sent = (r->way == LOGLINE_OUT) == (view != LOGLINE_SERVER);

	t->way = r->way == LOGLINE_UNTOLD || r->line.servers ? TRAFFIC_UNMARKED
	    : sent					     ? TRAFFIC_SENT
							     : TRAFFIC_RECEIVED;
	t->way_unsure = r->view == LOGLINE_ANY;
	t->way_turned = false;
}

/* What the addresses taught of whose log it is. */
static void marked(struct recording *r)
{
	struct traffic *t = &r->now->traffic;

	r->way_used = true;
	if (!t->way_unsure || !t->way || !t->own.len)
		return;
	if (t->way_turned)
		r->seen_by = r->seen_by == LOGLINE_SERVER ? LOGLINE_CLIENT
							  : LOGLINE_SERVER;
}

/* The stanza's own delay (XEP-0203), where nothing else says when it was. */
static bool read_delay(struct recording *r)
{
	struct stanza *tree = &r->now->traffic.stanza;
	struct moment m;
	uint32_t node;

	if (stanza_read(tree, buf_span(&r->stanza)))
		return false;
	node = stanza_child(tree, 0, NS_DELAY, "delay");
	if (node == STANZA_NONE)
		node = stanza_child(tree, 0, NS_OLD_DELAY, "x");
	if (node == STANZA_NONE ||
	    !moment_read(&m, stanza_get(tree, node, "stamp")))
		return false;
	m.zoned = true;
	recorder_at(r->recorder, moment_resolve(&m, &r->sense));
	return true;
}

/* Said once for an input each. */
static const char *odd(struct recording *r, bool nobody, bool timed)
{
	if (nobody && !r->unstamped) {
		r->unstamped = true;
		return "no sender: use --as to say whose recording it is";
	}
	if (r->how.times && !timed && !r->untimed) {
		r->untimed = true;
		return "no time: it has the present one";
	}
	if (timed && r->guessed_day && !r->undated) {
		r->undated = true;
		return "no date: taken for that of the input: see --day";
	}
	return NULL;
}

static int untold(struct recording *r, enum traffic_meaning meaning)
{
	const char *why = "neither from nor to this node's domains";

	if (meaning == TRAFFIC_UNTOLD)
		why = "left out: nothing tells who sent it: see --as";
	else if (r->now->traffic.own.len)
		why = "left out: neither from nor to whose recording it is";
	return recording_fault(r, r->scan.item_at, why);
}

static int write_stanza(struct recording *r, struct buf *lines, bool sent,
    const struct oversize *over)
{
	struct span reason = over ? buf_span(&r->text)
				  : (struct span){NULL, 0};
	bool timed = recording_set_time(r) || (r->how.times && !over && read_delay(r));
	const char *why;

	recorder_write(r->recorder, lines, session(r),
	    sent ? EVENT_SEND : EVENT_RECV, reason, buf_span(&r->stanza));
	if (timed)
		recorder_own(r->recorder);
	why = over ? strchr(buf_str(&r->text), ' ') + 1
		   : odd(r, sent && !r->root.from_at, timed);
	if (!why)
		return RECORDING_RECORD;
	r->at = r->scan.item_at;
	r->why = why;
	return RECORDING_NOTICE;
}

/* Write what the element in stanza and root means; over: that it is too
 * large, text then says why. */
static int judge(struct recording *r, struct buf *lines,
    const struct oversize *over)
{
	enum traffic_meaning meaning;
	struct span from;

	meaning = traffic_element(&r->now->traffic, &r->root,
	    buf_span(&r->stanza), !over, &from);
	marked(r);
	if (meaning == TRAFFIC_NOTHING)
		return RECORDING_NOTHING;
	if (meaning == TRAFFIC_SESSION)
		return recording_log_session(r, r->now, lines, EVENT_LOGIN);
	if (meaning == TRAFFIC_FOREIGN || meaning == TRAFFIC_UNTOLD)
		return untold(r, meaning);
	if (from.p && !xml_root_stamp(&r->root, &r->stanza, from))
		return recording_fault(r, r->scan.item_at,
		    "more than 256 attributes in a tag");
	if (over)
		oversize_fill(over, RECORD_NS, &r->stanza);
	else
		blank(r, meaning == TRAFFIC_SEND);
	return write_stanza(r, lines, meaning == TRAFFIC_SEND, over);
}

/* What it inherits from: the header of the side that it is of, if that is
 * known and was seen. */
static const struct xml_scope *scope(struct recording *r)
{
	struct recording_stream *s = r->now;
	enum traffic_side side = s->traffic.side, meant = side;

	mark(r);
	if (s->traffic.way)
		meant = s->traffic.way == TRAFFIC_SENT ? TRAFFIC_INITIATOR
						       : TRAFFIC_RESPONDER;
	if (side == TRAFFIC_BOTH)
		return &s->scope[meant == side ? TRAFFIC_INITIATOR : meant];
	return &s->scope[meant == side || s->traffic.server
		? side
		: TRAFFIC_HEADERLESS];
}

/* bytes: of it as it came, or of its canonical form. */
static int oversize(struct recording *r, struct buf *lines,
    const struct oversize *over, uint64_t bytes)
{
	const char *why = oversize_element(over, r->xml, scope(r),
	    r->limit, &r->stanza, &r->root);

	if (why)
		return recording_fault(r,
		    r->scan.item_at + xml_fault_at(r->xml), why);
	buf_reset(&r->text);
	buf_addf(&r->text, "packet-size@node: stanza of %" PRIu64
			   " bytes exceeds the limit of %zu", bytes, r->limit);
	return judge(r, lines, over);
}

int recording_oversize(struct recording *r, struct buf *lines)
{
	return oversize(r, lines, r->scan.over, r->scan.over->bytes);
}

int recording_element(struct recording *r, struct buf *lines)
{
	struct scan *s = &r->scan;
	struct oversize *over;
	size_t canonical;
	struct span text = s->item;
	const char *why;
	int item;

	if (r->line.quoted) {
		buf_reset(&r->text);
		logline_unquote(text, &r->text);
		text = buf_span(&r->text);
	}
	why = xml_element(r->xml, scope(r), text, &r->stanza, &r->root);
	if (why)
		return recording_fault(r, s->item_at + xml_fault_at(r->xml),
		    why);
	if (r->wrappers && recording_delay(r))
		return RECORDING_NOTHING;
	r->now->used = s->item_at;
	canonical = r->stanza.len;
	if (canonical <= r->limit)
		return judge(r, lines, NULL);
	over = oversize_new(s->item, s->tag);
	oversize_end(over);
	item = oversize(r, lines, over, canonical);
	oversize_free(over);
	return item;
}
