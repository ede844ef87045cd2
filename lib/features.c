/* SPDX-License-Identifier: ISC */
/* A server's features, as its node lets them be seen. */
#include <stdio.h>

#include "session.h"

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

/* XEP-0478: what both allow. */
static void limits(struct proxy *p, struct buf *out)
{
	struct stanza *x = &p->stanza;
	uint32_t node = stanza_child(x, 0, NS_LIMITS, "limits");
	unsigned long long max = p->o.max_size, own;
	struct buf text = BUF_EMPTY;

	if (node != STANZA_NONE)
		node = stanza_child(x, node, NS_LIMITS, "max-bytes");
	if (node != STANZA_NONE) {
		stanza_text(x, node, &text);
		if (sscanf(buf_str(&text), "%llu", &own) == 1 && own < max)
			max = own;
		buf_release(&text);
	}
	buf_addf(out, "<limits xmlns=\"" NS_LIMITS "\"><max-bytes>%llu"
		      "</max-bytes></limits>", max);
}

/* Stream management must not begin inside SASL2 (XEP-0388, XEP-0386), where
 * it cannot be told apart from the login. */
static bool inline_sm(const struct stanza *x, uint32_t node)
{
	return span_is(x->node[node].ns, NS_SM) ||
	    (span_is(x->node[node].local, "feature") &&
		span_is(stanza_get(x, node, "var"), NS_SM));
}

/* Copy what is before and between the elements to be left out; *from is how
 * far it is copied. */
static void without_sm(const struct stanza *x, uint32_t node,
    const char **from, struct buf *out)
{
	uint32_t n = x->node[node].child;

	for (; n != STANZA_NONE; n = x->node[n].next) {
		struct span raw = x->node[n].raw;

		if (!x->node[n].name.n)
			continue;
		if (!inline_sm(x, n)) {
			without_sm(x, n, from, out);
			continue;
		}
		buf_add(out, *from, (size_t)(raw.p - *from));
		*from = raw.p + raw.n;
	}
}

void features_without_sm(const struct stanza *x, uint32_t node,
    struct buf *out)
{
	struct span raw = x->node[node].raw;
	const char *from = raw.p;

	without_sm(x, node, &from, out);
	buf_add(out, from, (size_t)(raw.p + raw.n - from));
}

static void feature(const struct stanza *x, uint32_t node, struct buf *out)
{
	if (stanza_is(x, node, NS_SASL2, "authentication"))
		features_without_sm(x, node, out);
	else
		buf_addspan(out, x->node[node].raw);
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
	if (p->o.tls == PROXY_TLS_OPTIONAL && !s->authenticated &&
	    !link_tls(s->leg[UP].link))
		buf_adds(out, "<starttls xmlns=\"" NS_TLS "\"/>");
	for (uint32_t n = x->node[0].child; n != STANZA_NONE;
	     n = x->node[n].next) {
		if (x->node[n].name.n && !removed(x, n))
			feature(x, n, out);
	}
	limits(p, out);
	buf_adds(out, "</stream:features>");
	/* Behind a login inside SASL2 that is held. */
	lane_pass(s, DOWN, ITEM_OTHER, buf_span(out));
}
