/* SPDX-License-Identifier: ISC */
/* Which stanzas are held to be judged, and which only keep their place. */
#include <inttypes.h>
#include <stdio.h>

#include "live/internal.h"
#include "live/mark.h"
#include "live/release.h"
#include "record/content.h"
#include "record/password.h"
#include "record/traffic.h"
#include "xml/oversize.h"

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

static bool chosen(struct proxy *p, int way)
{
	const struct xml_root *r = &p->root;
	unsigned events = p->o.events;

	if (span_is(r->local, "message"))
		return events & TRAFFIC_MESSAGE;
	if (events & (span_is(r->local, "iq") ? TRAFFIC_IQ : TRAFFIC_PRESENCE))
		return true;
	if ((events & TRAFFIC_MUC) && span_is(r->local, "presence") &&
	    is_muc(r, way))
		return true;
	return (events & TRAFFIC_WORDS) &&
	    content_is(&p->stanza, r, buf_span(&p->canon));
}

/* What a client may send is longer when another gets it, by what servers add
 * to it. */
static size_t max_size(const struct session *s, int way)
{
	enum { ADDED = XML_SPREAD_MAX + 64 * 1024 };

	return s->proxy->o.max_size + (way == UP ? 0 : ADDED);
}

/* It is refused already, and its record says why. */
static void hold_unfit(struct session *s, int way, const struct oversize *over)
{
	struct proxy *p = s->proxy;
	struct ruling ruling = {.reason = span_of(over->why),
	    .verdict = VERDICT_REJECT};

	oversize_fill(over, RECORD_NS, &p->canon);
	queue_hold(s, way, ITEM_STANZA, way == UP ? EVENT_SEND : EVENT_RECV,
	    buf_span(&p->canon), span_of(NULL), &ruling);
}

static void too_large(struct oversize *over, uint64_t bytes, size_t max)
{
	snprintf(over->why, sizeof(over->why),
	    "packet-size@node: stanza of %" PRIu64
	    " bytes exceeds the limit of %zu", bytes, max);
}

/* It was found unfit only in canonical form, being, if why is NULL, too large
 * for what is to be judged. */
static void hold_grown(struct session *s, int way, const char *why)
{
	struct proxy *p = s->proxy;
	struct oversize *over;
	struct scan *scan = &s->stream[way].scan;

	over = oversize_new(scan->item, scan->tag);
	oversize_end(over);
	if (why)
		snprintf(over->why, sizeof(over->why), "limit@node: %s", why);
	else
		too_large(over, p->canon.len, max_size(s, way));
	why = oversize_element(over, p->xml, &s->stream[way].scope,
	    p->o.max_size, &p->canon, &p->root);
	if (!why && (way == DOWN ||
		xml_root_stamp(&p->root, &p->canon, buf_span(&s->jid))))
		hold_unfit(s, way, over);
	else
		session_fail(s, "policy-violation", "too large", "too large");
	oversize_free(over);
}

/* A password goes to the server, but into no record. */
static void hold(struct session *s, int way, const struct ruling *ruling)
{
	struct proxy *p = s->proxy;
	struct span wire = {NULL, 0};

	buf_reset(&p->line);
	if (password_blank(&p->line, &p->stanza, &p->root, buf_span(&p->canon),
		buf_span(&s->jid), way == UP)) {
		buf_reset(&p->out);
		wire_element(&p->out, buf_span(&p->canon));
		wire = buf_span(&p->out);
		buf_reset(&p->canon);
		buf_addspan(&p->canon, buf_span(&p->line));
	}
	queue_hold(s, way, ITEM_STANZA, way == UP ? EVENT_SEND : EVENT_RECV,
	    buf_span(&p->canon), wire, ruling);
}

/* Nobody judges it, but it keeps its place. */
static void pass(struct session *s, int way)
{
	struct proxy *p = s->proxy;
	struct span canonical = buf_span(&p->canon);

	buf_reset(&p->out);
	if (way == UP)
		slots_asked(s, canonical);
	if (way == UP || slots_pass(s, canonical, &p->out))
		wire_element(&p->out, canonical);
	queue_pass(s, way, ITEM_STANZA, buf_span(&p->out));
}

/* A whole one, without marks. */
static void stanza(struct session *s, int way, const struct ruling *ruling)
{
	struct proxy *p = s->proxy;

	if (p->canon.len > max_size(s, way) && (way == UP || chosen(p, way))) {
		hold_grown(s, way, NULL);
	} else if (chosen(p, way) || ruling->verdict != VERDICT_NONE) {
		/* RFC 6120 section 8.1.2.1: it is the account's own. */
		if (way == DOWN && !p->root.from.p &&
		    !xml_root_stamp(&p->root, &p->canon,
			jid_bare(buf_span(&s->jid))))
			hold_grown(s, way, xml_limits_form.too_many);
		else
			hold(s, way, ruling);
	} else {
		pass(s, way);
	}
}

void session_stanza(struct session *s, int way, struct oversize *over)
{
	struct proxy *p = s->proxy;
	struct ruling ruling = {.verdict = VERDICT_NONE};

	if (p->releases && way == DOWN && !over &&
	    span_is(p->root.type, "error") && span_is(p->root.local, "message"))
		releases_refused(p->releases, &p->root, buf_span(&p->canon),
		    true);
	if (over) {
		if (!over->why[0])
			too_large(over, over->bytes, s->stream[way].scan.limit);
		hold_unfit(s, way, over);
	} else if (p->releases && mark_likely(buf_span(&p->canon)) &&
	    !release_look(s, way, &ruling)) {
		queue_skip(s, way);
	} else {
		stanza(s, way, &ruling);
	}
}
