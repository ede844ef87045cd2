/* SPDX-License-Identifier: ISC */
/* A component's stream (XEP-0114), by which errors go back. */
#include "live/component.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/sha1.h"
#include "io/timer.h"
#include "live/internal.h"
#include "live/release.h"

enum { RETRY_MIN = 1000, RETRY_MAX = 30000 };

struct component {
	struct proxy *proxy;
	struct link *link;
	struct timer *retry;
	struct scan scan;
	struct xml_scope scope;
	struct xml_root root;
	struct buf rest, canon;
	struct stanza stanza;
	uint64_t wait, links; /* connections that were up */
	bool up, said;
	size_t attempt;
};

static void lost(struct component *c, const char *why)
{
	if (c->up || !c->said)
		c->proxy->o.say("the return component is down: %s",
		    why ? why : "closed");
	c->said = true;
	c->up = false;
	link_free(c->link);
	c->link = NULL;
	timer_in(c->retry, c->wait);
	c->wait = c->wait < RETRY_MAX / 2 ? 2 * c->wait : RETRY_MAX;
}

/* XEP-0114 section 3: the digest of stream id and secret. */
static void handshake(struct component *c)
{
	struct buf text = BUF_EMPTY, out = BUF_EMPTY;
	char hex[SHA1_HEX];

	buf_addspan(&text, c->root.id);
	buf_adds(&text, c->proxy->o.component_secret);
	sha1_hex(buf_span(&text), hex);
	buf_addf(&out, "<handshake>%.*s</handshake>", SHA1_HEX, hex);
	link_write(c->link, out.data, out.len);
	buf_release(&text);
	buf_release(&out);
}

/* What is sent to it is nobody's, but for answers to its pings, and errors: a
 * server may send them to where the stanza came from, whoever it was from. */
static void heard(struct component *c)
{
	struct releases *all = c->proxy->releases;
	const struct xml_root *r = &c->root;

	if (!all)
		return;
	if (span_is(r->local, "iq") && r->id.p &&
	    (span_is(r->type, "result") || span_is(r->type, "error")))
		releases_answered(all, r->id);
	else if (span_is(r->local, "message") && span_is(r->type, "error"))
		releases_refused(all, r, buf_span(&c->canon), false);
}

/* False if the stream must end. */
static bool item(struct component *c, enum scan_item kind)
{
	struct xml *x = c->proxy->xml;

	if (kind == SCAN_DECLARATION)
		return true;
	if (kind == SCAN_HEADER) {
		if (xml_header(x, c->scan.item, &c->scope, &c->root))
			return false;
		handshake(c);
		return true;
	}
	if (kind != SCAN_ELEMENT)
		return kind == SCAN_OVERSIZE;
	/* What is no good XML for us is somebody's who found this domain. */
	if (xml_element(x, &c->scope, c->scan.item, &c->canon, &c->root))
		return true;
	if (span_is(c->root.local, "error") && span_is(c->root.ns, NS_STREAM))
		return false;
	if (span_is(c->root.local, "handshake") && !c->up) {
		c->proxy->o.say("the return component is up");
		c->up = c->said = true;
		c->wait = RETRY_MIN;
		c->links++;
		releases_go(c->proxy->releases);
	} else if (c->up) {
		heard(c);
	}
	return true;
}

static void on_data(struct link *l, void *arg, const char *p, size_t n)
{
	struct component *c = arg;
	size_t done = 0, took;
	enum scan_item kind;

	(void)l;
	buf_add(&c->rest, p, n);
	do {
		kind = scan_next(&c->scan, c->rest.data + done,
		    c->rest.len - done, &took);
		done += took;
		if (kind != SCAN_MORE && !item(c, kind)) {
			lost(c, "it was refused, or the stream broke");
			return;
		}
	} while (kind != SCAN_MORE);
	buf_consume(&c->rest, done);
}

static void on_step(struct link *l, void *arg, enum link_step step)
{
	struct component *c = arg;
	struct buf *out = &c->proxy->out;

	(void)step;
	scan_release(&c->scan);
	scan_init(&c->scan, RECORD_STANZA_MAX);
	buf_reset(&c->rest);
	buf_reset(out);
	buf_adds(out, "<?xml version='1.0'?><stream:stream "
		      "xmlns=\"" NS_COMPONENT "\" xmlns:stream=\""
		      NS_STREAM "\"");
	wire_attribute(out, "to", span_of(c->proxy->o.component_domain));
	buf_addc(out, '>');
	link_write(l, out->data, out->len);
	link_resume(l);
}

static void on_end(struct link *l, void *arg, enum link_end end,
    const char *why)
{
	(void)l;
	(void)end;
	lost(arg, why);
}

static const struct link_owner link_calls = {
    .step = on_step,
    .data = on_data,
    .end = on_end,
};

static void on_retry(void *arg)
{
	struct component *c = arg;
	const struct address *a = c->proxy->o.component;
	int fd = address_connect(a, c->attempt++ % (a->count ? a->count : 1));

	if (fd < 0) {
		lost(c, strerror(errno));
		return;
	}
	c->link = link_new(c->proxy->loop, fd, &link_calls, c);
	link_connecting(c->link);
}

struct component *component_new(struct proxy *p)
{
	struct component *c = mem_zalloc(sizeof(*c));

	c->proxy = p;
	c->wait = RETRY_MIN;
	c->retry = timer_new(p->base, on_retry, c);
	timer_in(c->retry, 0);
	return c;
}

void component_free(struct component *c)
{
	if (!c)
		return;
	link_free(c->link);
	timer_free(c->retry);
	scan_release(&c->scan);
	xml_scope_release(&c->scope);
	xml_root_release(&c->root);
	buf_release(&c->rest);
	buf_release(&c->canon);
	stanza_release(&c->stanza);
	free(c);
}

bool component_send(struct component *c, struct span stanza)
{
	struct buf out = BUF_EMPTY;

	if (!c || !c->up || link_backlog(c->link) > SESSION_BACKLOG ||
	    stanza_read(&c->stanza, stanza))
		return false;
	wire_component(&out, &c->stanza);
	link_write(c->link, out.data, out.len);
	buf_release(&out);
	return true;
}

void component_ping(struct component *c, struct span domain, struct span id)
{
	struct buf out = BUF_EMPTY;

	buf_adds(&out, "<iq type=\"get\"");
	wire_attribute(&out, "id", id);
	wire_attribute(&out, "from", span_of(c->proxy->o.component_domain));
	wire_attribute(&out, "to", domain);
	buf_adds(&out, "><ping xmlns=\"" NS_PING "\"/></iq>");
	link_write(c->link, out.data, out.len);
	buf_release(&out);
}

bool component_up(const struct component *c)
{
	return c->up;
}

uint64_t component_link(const struct component *c)
{
	return c && c->up ? c->links : 0;
}
