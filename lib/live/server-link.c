/* SPDX-License-Identifier: ISC */
/* The connection to the server for a client: how it comes about, and what it
 * tells. */
#include <errno.h>
#include <string.h>

#include "io/proxyproto.h"
#include "live/internal.h"

static void server_data(struct link *l, void *arg, const char *p, size_t n)
{
	(void)l;
	stream_data(arg, DOWN, p, n);
}

static void open_server(struct session *s)
{
	session_write(s, UP, buf_span(&s->header));
	buf_release(&s->header);
	buf_release(&s->server_name);
	s->stream[DOWN].opened = s->stream[DOWN].ready = true;
	stream_unblock(s, UP);
}

static void server_step(struct link *l, void *arg, enum link_step step)
{
	struct session *s = arg;
	struct proxy *p = s->proxy;

	if (step == LINK_CONNECTED && p->o.send_proxy) {
		struct endpoint local = link_local(s->stream[UP].link);

		buf_reset(&p->out);
		proxyproto_write(&p->out, p->o.send_proxy,
		    link_peer(s->stream[UP].link), &local);
		link_write(l, p->out.data, p->out.len);
	}
	if (step == LINK_CONNECTED && p->server_tls)
		link_secure(l, p->server_tls, buf_str(&s->server_name));
	else
		open_server(s);
}

static void server_end(struct link *l, void *arg, enum link_end end_of,
    const char *why)
{
	struct session *s = arg;
	struct stream *stream = &s->stream[DOWN];

	/* What it says may be the link's own. */
	buf_reset(&s->why);
	if (why)
		buf_adds(&s->why, why);
	if (!stream->ready) {
		link_free(l);
		stream->link = NULL;
		s->attempt++;
		session_connect(s);
		return;
	}
	if (end_of == LINK_FAILED) {
		link_free(l);
		stream->link = NULL;
	}
	if (!stream->ended || end_of == LINK_FAILED)
		session_server_gone(s, why ? buf_str(&s->why) : NULL);
}

static const struct link_owner link_calls = {
    .step = server_step,
    .data = server_data,
    .drained = stream_drained,
    .blocked = stream_stuck,
    .end = server_end,
};

/* RFC 6120 section 13.7.2: the certificate has to be for the domain that the
 * client asked for, wherever the server is. */
static bool name_server(struct session *s)
{
	buf_reset(&s->server_name);
	if (!s->proxy->server_tls ||
	    jid_host(&s->server_name, buf_span(&s->domain)))
		return true;
	session_fail(s, s->domain.len ? "host-unknown"
				      : "improper-addressing", NULL,
	    "no domain that a certificate could be for");
	return false;
}

void session_connect(struct session *s)
{
	struct proxy *p = s->proxy;
	const struct address *a = p->o.server;
	int fd = -1;

	if (!name_server(s))
		return;
	for (; fd < 0 && s->attempt < (a->count ? a->count : 1);) {
		fd = address_connect(a, s->attempt);
		if (fd < 0) {
			buf_reset(&s->why);
			buf_adds(&s->why, strerror(errno));
			s->attempt++;
		}
	}
	if (fd < 0) {
		p->o.say("session %.*s: cannot reach the server '%s': %s",
		    RECORDER_TOKEN, s->token, a->text,
		    s->why.len ? buf_str(&s->why) : "no answer");
		session_fail(s, "remote-connection-failed",
		    "the server cannot be reached", "server unreachable");
		return;
	}
	stream_reset(s, DOWN);
	s->stream[UP].blocked = true;
	s->stream[DOWN].link = link_new(p->loop, fd, &link_calls, s);
	link_connecting(s->stream[DOWN].link);
	session_throttle(s);
}
