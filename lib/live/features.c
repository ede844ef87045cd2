/* SPDX-License-Identifier: ISC */
/* A server's features, as its node lets them be seen. */
#include <stdio.h>

#include "live/internal.h"

#define NS_LIMITS "urn:xmpp:stream-limits:0"

/* What the node does itself, or does not do: TLS, compression (XEP-0138),
 * logging in without SASL (XEP-0078). */
static bool removed(const struct stanza *x, uint32_t node)
{
	return stanza_is(x, node, NS_TLS, "starttls") ||
	    stanza_is(x, node, "http://jabber.org/features/compress",
		"compression") ||
	    stanza_is(x, node, "http://jabber.org/features/iq-auth", "auth") ||
	    stanza_is(x, node, NS_LIMITS, "limits");
}

/* A number of the server's <limits/>; false if it says none. */
static bool limit(struct stanza *x, const char *name, unsigned long long *n)
{
	uint32_t node = stanza_child(x, 0, NS_LIMITS, "limits");
	struct buf text = BUF_EMPTY;
	bool found;

	if (node != STANZA_NONE)
		node = stanza_child(x, node, NS_LIMITS, name);
	if (node == STANZA_NONE)
		return false;
	stanza_text(x, node, &text);
	found = sscanf(buf_str(&text), "%llu", n) == 1;
	buf_release(&text);
	return found;
}

/* XEP-0478: what both allow. The node itself leaves idle clients alone. */
static void limits(struct proxy *p, struct buf *out)
{
	unsigned long long max = p->o.max_size, own;

	if (limit(&p->stanza, "max-bytes", &own) && own < max)
		max = own;
	buf_addf(out, "<limits xmlns=\"" NS_LIMITS "\"><max-bytes>%llu"
		      "</max-bytes>", max);
	if (limit(&p->stanza, "idle-seconds", &own))
		buf_addf(out, "<idle-seconds>%llu</idle-seconds>", own);
	buf_adds(out, "</limits>");
}

/* Stream management may begin where a resource is bound (XEP-0386); that a
 * session may be resumed is in the list of what a login may have inside
 * (XEP-0388), and the <resume/> itself is made anew. The version before has no
 * place in either. */
static bool inline_sm(const struct stanza *x, uint32_t node)
{
	uint32_t in = x->node[node].parent;

	if (span_is(x->node[node].ns, NS_SM2))
		return true;
	return span_is(x->node[node].ns, NS_SM) &&
	    !(span_is(x->node[node].local, "enable") &&
		stanza_is(x, in, NS_BIND2, "bind")) &&
	    !(span_is(x->node[node].local, "sm") &&
		stanza_is(x, in, NS_SASL2, "inline"));
}

/* XEP-0484: a token that is bound to the channel can be had from the server,
 * but not used through a node, which has another channel to it. */
static bool bound_token(const struct stanza *x, uint32_t node)
{
	struct buf name = BUF_EMPTY;
	bool bound;

	if (!stanza_is(x, node, NS_FAST, "mechanism"))
		return false;
	stanza_text(x, node, &name);
	bound = span_starts(buf_span(&name), "HT-") &&
	    !span_ends(buf_span(&name), "-NONE");
	buf_release(&name);
	return bound;
}

/* Copy what is before and between the elements to be left out; *from is how
 * far it is copied. */
static void without(const struct stanza *x, uint32_t node,
    const char **from, struct buf *out)
{
	uint32_t n = x->node[node].child;

	for (; n != STANZA_NONE; n = x->node[n].next) {
		struct span raw = x->node[n].raw;

		if (!x->node[n].name.n)
			continue;
		if (!inline_sm(x, n) && !bound_token(x, n)) {
			without(x, n, from, out);
			continue;
		}
		buf_add(out, *from, (size_t)(raw.p - *from));
		*from = raw.p + raw.n;
	}
}

void features_fit(const struct stanza *x, uint32_t node, struct buf *out)
{
	struct span raw = x->node[node].raw;
	const char *from = raw.p;

	without(x, node, &from, out);
	buf_add(out, from, (size_t)(raw.p + raw.n - from));
}

static void feature(const struct stanza *x, uint32_t node, struct buf *out)
{
	if (stanza_is(x, node, NS_SASL2, "authentication"))
		features_fit(x, node, out);
	else
		buf_addspan(out, x->node[node].raw);
}

/* A server without SASL2 may never answer what a client says of it. */
static void without_sasl2(struct session *s)
{
	if (s->authenticated)
		return;
	s->sasl2 = stanza_child(&s->proxy->stanza, 0, NS_SASL2,
		       "authentication") == STANZA_NONE
	    ? SASL2_NONE
	    : SASL2_OFFERED;
	if (s->sasl2 == SASL2_OFFERED || !s->sasl2_asked)
		return;
	s->sasl2_asked = false;
	managed_resume_over(s);
	stream_unblock(s, UP);
}

void server_features(struct session *s)
{
	struct proxy *p = s->proxy;
	struct stanza *x = &p->stanza;
	struct buf *out = &p->out;

	buf_reset(out);
	if (stanza_read(x, buf_span(&p->canon)))
		return;
	buf_adds(out, "<stream:features xmlns=\"" NS_CLIENT
		      "\" xmlns:stream=\"" NS_STREAM "\">");
	if (p->o.tls == PROXY_TLS_OPTIONAL && !s->authenticated && !s->web &&
	    !link_tls(s->stream[UP].link))
		buf_adds(out, "<starttls xmlns=\"" NS_TLS "\"/>");
	for (uint32_t n = x->node[0].child; n != STANZA_NONE;
	     n = x->node[n].next) {
		if (x->node[n].name.n && !removed(x, n))
			feature(x, n, out);
	}
	limits(p, out);
	buf_adds(out, "</stream:features>");
	/* Behind a login inside SASL2 that is held. */
	queue_pass(s, DOWN, ITEM_OTHER, buf_span(out));
	without_sasl2(s);
}
