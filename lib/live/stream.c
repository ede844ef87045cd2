/* SPDX-License-Identifier: ISC */
/* What comes from a client or its server: framed, vetted, and never passed on
 * as it came. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "live/internal.h"
#include "live/memory.h"
#include "xml/document.h"

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

static bool has_word(const char *why, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strstr(why, words[i]))
			return true;
	}
	return false;
}

/* Whether it is only more of something than may be. */
static bool is_limit(const char *why)
{
	static const char *const words[] = {"nested deeper", "more than",
	    "longer than"};

	return has_word(why, words, sizeof(words) / sizeof(*words));
}

/* RFC 6120 sections 4.9.3.18 (restricted-xml), 4.9.3.14, 4.9.3.13. */
static const char *condition(const char *why)
{
	static const char *const words[] = {"comment",
	    "processing instruction", "document type", "to an entity"};

	if (has_word(why, words, sizeof(words) / sizeof(*words)))
		return "restricted-xml";
	return is_limit(why) ? "policy-violation" : "not-well-formed";
}

void stream_fault(struct session *s, int way, const char *why)
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
	struct stream *l = &s->stream[way];
	const char *why = xml_header(p->xml, tag, &l->scope, &p->root);

	if (why)
		stream_fault(s, way, why);
	else if (!span_is(p->root.local, "stream") ||
	    !span_is(p->root.ns, NS_STREAM) ||
	    !span_is(xml_scope_content(&l->scope), NS_CLIENT))
		/* RFC 6120 sections 4.8.1 to 4.8.3: what is inside without a
		 * prefix is a stanza on both sides, or on neither. */
		session_fail(s, "invalid-namespace", NULL, "bad header");
	else
		l->calls->header(s);
}

/* An element that is not to be passed on, but ends where it is known: it costs
 * itself, and no session. */
static void unfit(struct session *s, int way, struct oversize *o)
{
	struct proxy *p = s->proxy;
	const char *why = oversize_element(o, p->xml, &s->stream[way].scope,
	    p->o.max_size, &p->canon, &p->root);

	if (why)
		stream_fault(s, way, why);
	else
		s->stream[way].calls->element(s, o);
}

/* A fault in an element that is known, at least, to be one. From a client only
 * what breaks a limit is let be: what no client may say ends its stream (RFC
 * 6120 sections 11.1 and 11.3). */
static void misfit(struct session *s, int way, struct oversize *o,
    const char *why)
{
	struct proxy *p = s->proxy;

	if (!o || !s->stream[way].scope.open.len ||
	    (way == UP && !is_limit(why))) {
		stream_fault(s, way, why);
		return;
	}
	p->o.say("session %.*s: an element of the %s is not passed on: %s",
	    RECORDER_TOKEN, s->token, way == UP ? "client" : "server", why);
	snprintf(o->why, sizeof(o->why), "%s@node: %s",
	    is_limit(why) ? "limit" : "bad-xml", why);
	unfit(s, way, o);
}

static void element(struct session *s, int way, struct span raw)
{
	struct proxy *p = s->proxy;
	struct stream *l = &s->stream[way];
	struct oversize *o;
	const char *why;

	if (!l->scope.open.len) {
		stream_fault(s, way, "an element before the stream's header");
		return;
	}
	why = xml_element(p->xml, &l->scope, raw, &p->canon, &p->root);
	if (why) {
		o = oversize_new(raw, l->scan.tag);
		oversize_end(o);
		misfit(s, way, o, why);
		oversize_free(o);
	} else {
		l->calls->element(s, NULL);
	}
}

static void footer(struct session *s, int way, struct span tag)
{
	/* "</", perhaps a prefix, "stream", perhaps white space, ">". */
	if (!memmem(tag.p, tag.n, "stream", 6)) {
		stream_fault(s, way, "end tag does not match");
		return;
	}
	s->stream[way].ended = s->stream[way].footer = true;
	s->stream[way].calls->footer(s);
}

static void declaration(struct session *s, int way, struct span text)
{
	const char *why = xml_declaration(text);

	/* RFC 6120 section 11.5 */
	if (way == UP && s->phase == SESSION_BOUND)
		why = "XML declaration inside the stream";
	if (why)
		stream_fault(s, way, why);
}

static void handle(struct session *s, int way, enum scan_item item)
{
	struct scan *c = &s->stream[way].scan;

	switch (item) {
	case SCAN_HEADER:
		header(s, way, c->item);
		break;
	case SCAN_ELEMENT:
		element(s, way, c->item);
		break;
	case SCAN_OVERSIZE:
		unfit(s, way, c->over);
		break;
	case SCAN_FOOTER:
		footer(s, way, c->item);
		break;
	case SCAN_DECLARATION:
		declaration(s, way, c->item);
		break;
	default:
		misfit(s, way, c->over, c->why);
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
	struct stream *l = &s->stream[way];
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
	struct stream *l = &s->stream[UP];
	struct buf *out = &s->proxy->out;

	s->starttls = false;
	if (!blank(buf_span(&l->rest)) || link_buffered(l->link)) {
		session_fail(s, "policy-violation", "data behind <starttls/>",
		    "data behind <starttls/>");
		return;
	}
	/* Where TLS is optional the server has been asked in plain text. */
	stream_close(&s->stream[DOWN]);
	s->stream[DOWN].ended = true;
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
	struct stream *l = &s->stream[way];

	if (over(s))
		return;
	if (way == UP && s->starttls)
		secure(s);
	if (!over(s) && !l->rest.len && l->rest.cap > REST_KEPT)
		buf_release(&l->rest);
	if (over(s))
		return;
	if (l->rest.cap || s->stalled)
		memory_weigh(s, fresh);
	session_throttle(s);
}

void stream_data(struct session *s, int way, const char *p, size_t n)
{
	struct stream *l = &s->stream[way];
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

void stream_unblock(struct session *s, int way)
{
	struct stream *l = &s->stream[way];
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

/* What a client may send comes back longer: a reference takes up to six bytes
 * for one, and namespaces are declared anew. */
static size_t received_max(size_t max)
{
	max = 6 * max + 2 * XML_SPREAD_MAX;
	return max < DOWN_MAX ? DOWN_MAX : max;
}

void stream_reset(struct session *s, int way)
{
	struct stream *l = &s->stream[way];

	size_t max = s->proxy->o.max_size;

	scan_release(&l->scan);
	if (way == UP && max > LOGIN_MAX)
		max = LOGIN_MAX;
	else if (way == DOWN)
		max = received_max(max);
	scan_init(&l->scan, max);
	buf_release(&l->rest);
	xml_scope_release(&l->scope);
	l->scope = (struct xml_scope){.open = BUF_EMPTY,
	    .lang = BUF_EMPTY,
	    .limits = way == UP ? &xml_limits_sent : NULL};
	l->opened = l->ready = false;
	l->blocked = l->ended = l->footer = false;
}

void stream_release(struct stream *l)
{
	link_free(l->link);
	l->link = NULL;
	scan_release(&l->scan);
	xml_scope_release(&l->scope);
	buf_release(&l->rest);
}
