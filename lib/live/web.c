/* SPDX-License-Identifier: ISC */
/* WebSocket clients: the HTTP request, then messages for a stream's bytes. */
#include "live/web.h"

#include <stdlib.h>

#include "base/mem.h"
#include "live/internal.h"
#include "live/memory.h"
#include "web/answer.h"
#include "web/forwarded.h"
#include "web/websocket.h"
#include "xml/framed.h"

struct web {
	struct session *session;
	const struct address *address;
	struct websocket *socket; /* NULL: the request is not answered */
	struct buf in;	/* of the request, or of the message under way */
	bool trusted;
	bool passing;	/* the message is too large to be kept: what comes of
			 * it goes on as it comes */
	bool bad;	/* and so it ended the session */
	bool closed;	/* </stream:stream> was written */
	bool refused;	/* in place of the answer */
};

struct web *web_new(struct session *s, const struct address *a, bool trusted)
{
	struct web *w = mem_zalloc(sizeof(*w));

	w->session = s;
	w->address = a;
	w->trusted = trusted;
	return w;
}

void web_free(struct web *w)
{
	if (!w)
		return;
	websocket_free(w->socket);
	buf_release(&w->in);
	free(w);
}

size_t web_held(const struct web *w)
{
	return w ? w->in.cap : 0;
}

static bool over(const struct web *w)
{
	return w->session->phase == SESSION_OVER;
}

/* ---- messages */

static void on_write(void *arg, const char *p, size_t n)
{
	struct web *w = arg;

	if (w->session->stream[UP].link)
		link_write(w->session->stream[UP].link, p, n);
}

static void fault(struct web *w, const char *why)
{
	w->bad = true;
	stream_fault(w->session, UP, why);
}

static void on_text(void *arg, const char *p, size_t n)
{
	struct web *w = arg;
	struct session *s = w->session;
	struct buf first = BUF_EMPTY;

	if (over(w) || w->bad)
		return;
	if (w->passing) {
		stream_data(s, UP, p, n);
		return;
	}
	buf_add(&w->in, p, n);
	if (w->in.len <= s->stream[UP].scan.limit)
		return;
	if (!framed_begins(buf_span(&w->in))) {
		fault(w, "several elements in a WebSocket message");
		return;
	}
	w->passing = true;
	first = w->in;
	w->in = (struct buf)BUF_EMPTY;
	stream_data(s, UP, first.data, first.len);
	buf_release(&first);
}

/* RFC 7395 section 3.4: the header, made anew from what it says. */
static void open_stream(struct session *s)
{
	struct proxy *p = s->proxy;
	const struct xml_root *r = &p->root;
	struct wire_header h = {.to = r->to,
	    .from = r->from,
	    .version = r->version};
	struct buf lang = BUF_EMPTY, out = BUF_EMPTY;
	struct span own;

	if (stanza_read(&p->stanza, buf_span(&p->canon)))
		return;
	own = stanza_get(&p->stanza, 0, "xml:lang");
	if (own.p) {
		stanza_unescape(&lang, own);
		h.lang = buf_span(&lang);
	}
	wire_header(&out, &h);
	stream_data(s, UP, out.data, out.len);
	buf_release(&out);
	buf_release(&lang);
}

/* Whether it is <open/> or <close/>, and was taken as such. */
static bool tag(struct session *s, struct span message)
{
	static const struct xml_scope none = {.limits = &xml_limits_sent};
	struct proxy *p = s->proxy;

	if (!framed_tag(message) ||
	    xml_element(p->xml, &none, message, &p->canon, &p->root) ||
	    !span_is(p->root.ns, NS_FRAMING))
		return false;
	if (span_is(p->root.local, "open"))
		open_stream(s);
	else
		stream_data(s, UP, WIRE_FOOTER, sizeof(WIRE_FOOTER) - 1);
	return true;
}

static void on_message(void *arg)
{
	struct web *w = arg;
	struct session *s = w->session;
	struct buf message = w->in;
	bool passed = w->passing;
	const char *why;

	w->in = (struct buf)BUF_EMPTY;
	w->passing = false;
	if (over(w) || w->bad)
		goto out;
	if (passed) {
		if (!s->stream[UP].blocked && s->stream[UP].scan.inside)
			fault(w, "WebSocket message that is not one whole "
				 "element");
		goto out;
	}
	why = framed_one(buf_span(&message));
	if (why)
		fault(w, why);
	else if (!tag(s, buf_span(&message)))
		stream_data(s, UP, message.data, message.len);
out:
	buf_release(&message);
}

static const struct websocket_owner socket_calls = {
    .write = on_write,
    .text = on_text,
    .message = on_message,
};

/* The peer closed the WebSocket, or broke it: a client that may come back is
 * not told of its stream's end (RFC 7395 section 3.6). */
static void gone(struct web *w)
{
	struct session *s = w->session;
	const char *why = websocket_fault(w->socket);

	if (over(w))
		return;
	if (why)
		s->proxy->o.say("session %.*s: the client sent a %s",
		    RECORDER_TOKEN, s->token, why);
	session_client_gone(s, why);
	if (!over(w))
		stream_close(&s->stream[UP]);
}

static void take(struct web *w, const char *p, size_t n)
{
	struct session *s = w->session;

	if (!websocket_take(w->socket, p, n)) {
		gone(w);
		return;
	}
	if (over(w))
		return;
	memory_weigh(s, false);
	session_throttle(s);
}

/* ---- the request */

static unsigned answer(struct web *w, const struct request *r, bool plain,
    struct buf *out)
{
	struct session *s = w->session;
	const struct proxy_options *o = &s->proxy->o;
	struct web_site site = {.path = w->address->web_path,
	    .origins = o->web_origin,
	    .origin_count = o->web_origins,
	    .url = o->web_url};
	enum web_way way = WEB_PLAIN;

	if (!site.path)
		site.path = WEB_PATH;
	if (link_tls(s->stream[UP].link) || (w->trusted && !plain))
		way = WEB_SECURE;
	else if (o->tls == PROXY_TLS_REQUIRED)
		way = WEB_REFUSED;
	return answer_request(out, r, &site, way);
}

/* Who asks, and whether there is room. A web proxy may have said it by a PROXY
 * header, or says it in the request, or speaks for itself. */
static bool admit(struct web *w, const struct request *r, bool *plain)
{
	struct session *s = w->session;
	const struct proxy_options *o = &s->proxy->o;
	struct forwarded f;

	*plain = false;
	if (!w->trusted)
		return true;
	forwarded_read(&f, r, o->accept_proxy, o->accept_proxies);
	*plain = f.plain;
	if (endpoint_family(&f.client) != AF_UNSPEC &&
	    client_expects_proxy(s->proxy, link_peer(s->stream[UP].link)))
		link_set_peer(s->stream[UP].link, &f.client);
	return client_admit(s, link_peer(s->stream[UP].link));
}

/* Anything but an agreement: what was asked for, or an error. */
static void finish(struct web *w, unsigned status, struct span out)
{
	struct session *s = w->session;

	if (status != 200)
		s->proxy->o.say("session %.*s: a web client was answered %u",
		    RECORDER_TOKEN, s->token, status);
	link_write(s->stream[UP].link, out.p, out.n);
	w->refused = true;
	session_cut(s, "no WebSocket");
}

/* It is agreed; len: of the request, behind which frames may have come. */
static void start(struct web *w, size_t len, struct span out)
{
	struct session *s = w->session;
	struct buf in = w->in;

	w->in = (struct buf)BUF_EMPTY;
	w->socket = websocket_new(&socket_calls, w);
	link_write(s->stream[UP].link, out.p, out.n);
	client_begin(s);
	if (in.len > len)
		take(w, in.data + len, in.len - len);
	buf_release(&in);
}

static void request(struct web *w)
{
	struct buf out = BUF_EMPTY;
	struct request r;
	unsigned status;
	bool plain;

	switch (request_read(&r, buf_span(&w->in), &status)) {
	case REQUEST_MORE:
		return;
	case REQUEST_BAD:
		answer_error(&out, status, NULL);
		break;
	default:
		if (!admit(w, &r, &plain))
			return;
		status = answer(w, &r, plain, &out);
	}
	if (status == 101)
		start(w, r.len, buf_span(&out));
	else
		finish(w, status, buf_span(&out));
	buf_release(&out);
}

void web_begin(struct web *w)
{
	w->session->stream[UP].ready = true;
	session_throttle(w->session);
}

void web_data(struct web *w, const char *p, size_t n)
{
	if (w->socket) {
		take(w, p, n);
		return;
	}
	buf_add(&w->in, p, n);
	request(w);
}

/* ---- what is written */

static void put(void *arg, struct span message)
{
	struct web *w = arg;

	websocket_text(w->socket, message);
	w->closed = w->closed || span_starts(message, "<close ");
}

void web_write(struct web *w, struct span bytes)
{
	struct session *s = w->session;
	struct buf out = BUF_EMPTY;

	if (!w->socket && !w->refused) {
		answer_error(&out, 503, NULL);
		link_write(s->stream[UP].link, out.data, out.len);
		w->refused = true;
	} else if (w->socket && span_is(bytes, " ")) {
		websocket_ping(w->socket);
	} else if (w->socket && !framed_write(bytes, &out, put, w)) {
		s->proxy->o.say("session %.*s: what was to be written is no "
				"stream", RECORDER_TOKEN, s->token);
	}
	buf_release(&out);
}

void web_end(struct web *w)
{
	if (w->socket)
		websocket_close(w->socket,
		    w->closed ? WEBSOCKET_DONE : WEBSOCKET_AWAY);
}
