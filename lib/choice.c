/* SPDX-License-Identifier: ISC */
/* Which stanzas are held to be judged, and which only keep their place. */
#include <inttypes.h>

#include "oversize.h"
#include "secret.h"
#include "session.h"
#include "traffic.h"

static bool is_muc(const struct xml_root *r, int way)
{
	for (size_t i = 0; i < r->children; i++) {
		struct span ns = r->child[i].ns;

		if (span_is(ns, "http://jabber.org/protocol/muc") ||
		    span_is(ns, "http://jabber.org/protocol/muc#user"))
			return true;
	}
	/* Whoever leaves a room says so to that room alone. */
	return way == UP && r->to.p && span_is(r->type, "unavailable");
}

static bool chosen(const struct proxy *p, int way)
{
	const struct xml_root *r = &p->root;
	unsigned events = p->o.events;

	if (span_is(r->local, "message"))
		return events & TRAFFIC_MESSAGE;
	if (span_is(r->local, "iq"))
		return events & TRAFFIC_IQ;
	return (events & TRAFFIC_PRESENCE) ||
	    ((events & TRAFFIC_MUC) && is_muc(r, way));
}

static void hold_oversize(struct session *s, int way,
    const struct oversize *over, uint64_t bytes)
{
	struct proxy *p = s->proxy;

	oversize_fill(over, &p->canon);
	buf_reset(&p->line);
	buf_addf(&p->line, "packet-size@node: stanza of %" PRIu64
			   " bytes exceeds the limit of %zu", bytes,
	    p->o.max_size);
	lane_hold(s, way, ITEM_STANZA, way == UP ? EVENT_SEND : EVENT_RECV,
	    buf_span(&p->canon), span_of(NULL), buf_span(&p->line));
}

/* It became too large only in canonical form, or was within the limit for
 * what need not be judged. */
static void hold_grown(struct session *s, int way)
{
	struct proxy *p = s->proxy;
	struct span from = {NULL, 0};
	struct oversize *over;
	struct scan *scan = &s->leg[way].scan;
	uint64_t bytes = p->canon.len;
	const char *why;

	over = oversize_new(scan->item, scan->tag);
	oversize_end(over);
	if (way == UP)
		from = buf_span(&s->jid);
	why = oversize_element(over, p->xml, &s->leg[way].scope,
	    p->o.max_size, &p->canon, &p->root);
	if (!why && (!from.p || xml_root_stamp(&p->root, &p->canon, from)))
		hold_oversize(s, way, over, bytes);
	else
		session_fail(s, "policy-violation", "too large", "too large");
	oversize_free(over);
}

/* A password goes to the server, but into no record. */
static void hold(struct session *s, int way)
{
	struct proxy *p = s->proxy;
	struct span wire = {NULL, 0};

	if (secret_carried(&p->root, buf_span(&s->jid))) {
		buf_reset(&p->out);
		wire_element(&p->out, buf_span(&p->canon));
		wire = buf_span(&p->out);
		buf_reset(&p->line);
		if (!secret_blank(&p->line, &p->stanza, buf_span(&p->canon)))
			return;
		buf_reset(&p->canon);
		buf_addspan(&p->canon, buf_span(&p->line));
	}
	lane_hold(s, way, ITEM_STANZA, way == UP ? EVENT_SEND : EVENT_RECV,
	    buf_span(&p->canon), wire, span_of(NULL));
}

void session_stanza(struct session *s, int way, const struct oversize *over)
{
	struct proxy *p = s->proxy;

	if (over) {
		hold_oversize(s, way, over, over->bytes);
	} else if (p->canon.len > p->o.max_size &&
	    (way == UP || chosen(p, way))) {
		hold_grown(s, way);
	} else if (chosen(p, way)) {
		/* RFC 6120 section 8.1.2.1: it is the account's own. */
		if (way == DOWN && !p->root.from.p)
			xml_root_stamp(&p->root, &p->canon,
			    jid_bare(buf_span(&s->jid)));
		hold(s, way);
	} else {
		buf_reset(&p->out);
		wire_element(&p->out, buf_span(&p->canon));
		lane_pass(s, way, ITEM_STANZA, buf_span(&p->out));
	}
}
