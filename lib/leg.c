/* SPDX-License-Identifier: ISC */
/* What comes from a client or its server: framed, vetted, and never passed on
 * as it came. */
#define _GNU_SOURCE
#include <string.h>

#include "room.h"
#include "session.h"
#include "xmldoc.h"

enum {
	/* Rosters and archives are larger than what one may send. */
	DOWN_MAX = 4 * 1024 * 1024,
	/* Of those nobody knows yet. */
	LOGIN_MAX = 64 * 1024,
	REST_KEPT = 4096,
};

static bool over(const struct session *s)
{
	return s->phase == SESSION_OVER;
}

/* RFC 6120 sections 4.9.3.18 (restricted-xml), 4.9.3.14, 4.9.3.13. */
static const char *condition(const char *why)
{
	static const char *const restricted[] = {"comment",
	    "processing instruction", "document type", "to an entity"};
	static const char *const limits[] = {"nested deeper", "more than",
	    "longer than"};

	for (size_t i = 0; i < sizeof(restricted) / sizeof(*restricted); i++) {
		if (strstr(why, restricted[i]))
			return "restricted-xml";
	}
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		if (strstr(why, limits[i]))
			return "policy-violation";
	}
	return "not-well-formed";
}

static void fault(struct session *s, int way, const char *why)
{
	struct proxy *p = s->proxy;

	p->o.say("session %.*s: the %s sent what is not to be passed on: %s",
	    RECORDER_TOKEN, s->token, way == UP ? "client" : "server", why);
	if (way == UP)
		session_fail(s, condition(why), why, "bad XML");
	else
		session_fail(s, "internal-server-error", NULL,
		    "bad XML from the server");
}

static void header(struct session *s, int way, struct span tag)
{
	struct proxy *p = s->proxy;
	struct leg *l = &s->leg[way];
	const char *why = xml_header(p->xml, tag, &l->scope, &p->root);

	if (why)
		fault(s, way, why);
	else if (!span_is(p->root.local, "stream") ||
	    !span_is(p->root.ns, NS_STREAM))
		session_fail(s, "invalid-namespace", NULL, "bad header");
	else if (way == UP)
		client_header(s);
	else
		server_header(s);
}

static void too_large(struct session *s, int way, const struct oversize *o)
{
	struct proxy *p = s->proxy;
	const char *why = oversize_element(o, p->xml, &s->leg[way].scope,
	    p->o.max_size, &p->canon, &p->root);

	if (why)
		fault(s, way, why);
	else if (way == UP)
		client_element(s, o);
	else
		server_element(s, o);
}

static void element(struct session *s, int way, struct span raw)
{
	struct proxy *p = s->proxy;
	struct leg *l = &s->leg[way];
	const char *why;

	if (!l->scope.open.len) {
		fault(s, way, "an element before the stream's header");
		return;
	}
	why = xml_element(p->xml, &l->scope, raw, &p->canon, &p->root);
	if (why)
		fault(s, way, why);
	else if (way == UP)
		client_element(s, NULL);
	else
		server_element(s, NULL);
}

static void footer(struct session *s, int way, struct span tag)
{
	/* "</", perhaps a prefix, "stream", perhaps white space, ">". */
	if (!memmem(tag.p, tag.n, "stream", 6)) {
		fault(s, way, "end tag does not match");
		return;
	}
	s->leg[way].ended = s->leg[way].footer = true;
	if (way == UP)
		client_footer(s);
	else
		server_footer(s);
}

static void declaration(struct session *s, int way, struct span text)
{
	const char *why = xml_declaration(text);

	/* RFC 6120 section 11.5 */
	if (way == UP && s->phase == SESSION_BOUND)
		why = "XML declaration inside the stream";
	if (why)
		fault(s, way, why);
}

static void handle(struct session *s, int way, enum scan_item item)
{
	struct scan *c = &s->leg[way].scan;

	switch (item) {
	case SCAN_HEADER:
		header(s, way, c->item);
		break;
	case SCAN_ELEMENT:
		element(s, way, c->item);
		break;
	case SCAN_OVERSIZE:
		too_large(s, way, c->over);
		break;
	case SCAN_FOOTER:
		footer(s, way, c->item);
		break;
	case SCAN_DECLARATION:
		declaration(s, way, c->item);
		break;
	default:
		fault(s, way, c->why);
		break;
	}
}

/* White space between stanzas says that the connection lives. */
static void keep_alive(struct session *s, int way)
{
	if (s->phase == SESSION_BOUND)
		session_write(s, way, (struct span){" ", 1});
}

/* Take what is whole; returns how many bytes. */
static size_t take(struct session *s, int way, const char *p, size_t n)
{
	struct leg *l = &s->leg[way];
	size_t done = 0, took;
	bool found = false;

	while (!over(s) && !l->blocked && !l->ended) {
		enum scan_item item =
		    scan_next(&l->scan, p + done, n - done, &took);

		done += took;
		if (item == SCAN_MORE) {
			if (!found && took && done == n && !l->scan.over)
				keep_alive(s, way);
			break;
		}
		found = true;
		handle(s, way, item);
	}
	return done;
}

static bool blank(struct span s)
{
	while (s.n && strchr(" \t\r\n", s.p[0]) && s.p[0]) {
		s.p++;
		s.n--;
	}
	return s.n == 0;
}

/* No byte may have come before the client could know that TLS begins, but for
 * the line feed that some send behind the element, which is dropped. */
static void secure(struct session *s)
{
	struct leg *l = &s->leg[UP];
	struct buf *out = &s->proxy->out;

	s->starttls = false;
	if (!blank(buf_span(&l->rest)) || link_buffered(l->link)) {
		session_fail(s, "policy-violation", "data behind <starttls/>",
		    "data behind <starttls/>");
		return;
	}
	/* Where TLS is optional the server has been asked in plain text. */
	leg_close(&s->leg[DOWN]);
	s->leg[DOWN].ended = true;
	buf_reset(out);
	buf_adds(out, "<proceed xmlns=\"" NS_TLS "\"/>");
	link_write(l->link, out->data, out->len);
	l->ready = false;
	link_pause(l->link);
	link_secure(l->link, s->proxy->tls, NULL);
}

/* fresh: something whole was taken. */
static void settle(struct session *s, int way, bool fresh)
{
	struct leg *l = &s->leg[way];

	if (over(s))
		return;
	if (way == UP && s->starttls)
		secure(s);
	if (!over(s) && !l->rest.len && l->rest.cap > REST_KEPT)
		buf_release(&l->rest);
	if (over(s))
		return;
	if (l->rest.cap || s->stalled)
		room_weigh(s, fresh);
	session_throttle(s);
}

void leg_data(struct session *s, int way, const char *p, size_t n)
{
	struct leg *l = &s->leg[way];
	size_t done;

	if (l->ended)
		return;
	recorder_now(&s->proxy->recorder);
	if (l->rest.len) {
		buf_add(&l->rest, p, n);
		done = take(s, way, l->rest.data, l->rest.len);
		buf_consume(&l->rest, done);
	} else {
		done = take(s, way, p, n);
		buf_add(&l->rest, p + done, n - done);
	}
	if (!l->rest.len)
		buf_release(&l->rest);
	settle(s, way, done > 0);
}

void leg_unblock(struct session *s, int way)
{
	struct leg *l = &s->leg[way];
	size_t done = 0;

	if (!l->blocked)
		return;
	l->blocked = false;
	if (l->rest.len && !l->ended) {
		done = take(s, way, l->rest.data, l->rest.len);
		buf_consume(&l->rest, done);
	}
	settle(s, way, done > 0);
}

void leg_reset(struct session *s, int way)
{
	struct leg *l = &s->leg[way];

	size_t max = s->proxy->o.max_size;

	scan_release(&l->scan);
	if (way == UP && max > LOGIN_MAX)
		max = LOGIN_MAX;
	else if (way == DOWN && max < DOWN_MAX)
		max = DOWN_MAX;
	scan_init(&l->scan, max);
	buf_release(&l->rest);
	xml_scope_release(&l->scope);
	l->scope = (struct xml_scope){BUF_EMPTY, BUF_EMPTY};
	l->opened = l->ready = false;
	l->blocked = l->ended = l->footer = false;
}

void leg_release(struct leg *l)
{
	link_free(l->link);
	l->link = NULL;
	scan_release(&l->scan);
	xml_scope_release(&l->scope);
	buf_release(&l->rest);
}
