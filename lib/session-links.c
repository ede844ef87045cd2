/* SPDX-License-Identifier: ISC */
/* A session's two links: how they come about, and what they tell. */
#include <errno.h>
#include <string.h>

#include "listener.h"
#include "mem.h"
#include "peer.h"
#include "proxyproto.h"
#include "room.h"
#include "session.h"
#include "timer.h"

/* Towards the server. */

static void server_data(struct link *l, void *arg, const char *p, size_t n)
{
	(void)l;
	leg_data(arg, DOWN, p, n);
}

static void on_drained(struct link *l, void *arg)
{
	(void)l;
	room_weigh(arg, true);
	session_throttle(arg);
}

static void on_blocked(struct link *l, void *arg)
{
	(void)l;
	room_weigh(arg, false);
	session_throttle(arg);
}

static void open_server(struct session *s)
{
	session_write(s, UP, buf_span(&s->header));
	buf_release(&s->header);
	buf_release(&s->server_name);
	s->leg[DOWN].opened = s->leg[DOWN].ready = true;
	leg_unblock(s, UP);
}

static void server_step(struct link *l, void *arg, enum link_step step)
{
	struct session *s = arg;
	struct proxy *p = s->proxy;

	if (step == LINK_CONNECTED && p->o.send_proxy) {
		struct endpoint local = link_local(s->leg[UP].link);

		buf_reset(&p->out);
		proxyproto_write(&p->out, p->o.send_proxy,
		    link_peer(s->leg[UP].link), &local);
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
	struct leg *leg = &s->leg[DOWN];

	/* What it says may be the link's own. */
	buf_reset(&s->why);
	if (why)
		buf_adds(&s->why, why);
	if (!leg->ready) {
		link_free(l);
		leg->link = NULL;
		s->attempt++;
		session_connect(s);
		return;
	}
	if (end_of == LINK_FAILED) {
		link_free(l);
		leg->link = NULL;
	}
	if (!leg->ended || end_of == LINK_FAILED)
		server_gone(s, why ? buf_str(&s->why) : NULL);
}

static const struct link_owner server_calls = {
    .step = server_step,
    .data = server_data,
    .drained = on_drained,
    .blocked = on_blocked,
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
	leg_reset(s, DOWN);
	s->leg[UP].blocked = true;
	s->leg[DOWN].link = link_new(p->loop, fd, &server_calls, s);
	link_connecting(s->leg[DOWN].link);
	session_throttle(s);
}

/* Towards the client. */

static void client_data(struct link *l, void *arg, const char *p, size_t n)
{
	(void)l;
	leg_data(arg, UP, p, n);
}

/* Plain or just secured: a stream begins. */
static void begin(struct session *s)
{
	leg_reset(s, UP);
	leg_close(&s->leg[DOWN]);
	leg_reset(s, DOWN);
	s->attempt = 0;
	s->phase = SESSION_OPENING;
	s->leg[UP].ready = true;
	session_throttle(s);
}

/* Count it, or refuse it. */
static bool admit(struct session *s, const struct endpoint *peer)
{
	struct proxy *p = s->proxy;
	const char *condition = NULL;

	if (p->o.max_clients && p->clients > p->o.max_clients)
		condition = "resource-constraint";
	else if (!peer_enter(p, s, peer))
		condition = "policy-violation";
	if (!condition)
		return true;
	p->count.refused_clients++;
	session_fail(s, condition, "too many connections",
	    "too many connections");
	return false;
}

static void sniffed(struct session *s, bool tls)
{
	if (s->proxied && !admit(s, link_peer(s->leg[UP].link)))
		return;
	if (!tls && !s->direct) {
		begin(s);
	} else if (tls && s->proxy->tls) {
		link_secure(s->leg[UP].link, s->proxy->tls, NULL);
	} else {
		session_cut(s, "TLS expected, or not expected");
	}
}

static void client_step(struct link *l, void *arg, enum link_step step)
{
	struct session *s = arg;

	(void)l;
	if (step == LINK_SNIFFED_TLS)
		sniffed(s, true);
	else if (step == LINK_SNIFFED_PLAIN)
		sniffed(s, false);
	else if (step == LINK_SECURED)
		begin(s);
}

static void client_end(struct link *l, void *arg, enum link_end end_of,
    const char *why)
{
	struct session *s = arg;
	bool first = !s->leg[UP].ended || s->leg[UP].footer;

	if (end_of == LINK_FAILED) {
		link_free(l);
		s->leg[UP].link = NULL;
	}
	if (first)
		client_gone(s, why);
}

static const struct link_owner client_calls = {
    .step = client_step,
    .data = client_data,
    .drained = on_drained,
    .blocked = on_blocked,
    .end = client_end,
};

static bool expects_proxy(const struct proxy *p, const struct endpoint *peer)
{
	for (size_t i = 0; i < p->o.accept_proxies; i++) {
		if (network_holds(&p->o.accept_proxy[i], peer))
			return true;
	}
	return false;
}

void session_new(struct proxy *p, int fd, const struct listener *from,
    const struct endpoint *peer)
{
	struct session *s = mem_zalloc(sizeof(*s));

	s->proxy = p;
	recorder_token(s->token);
	s->sm_ns = NS_SM;
	s->direct = listener_tls(from);
	s->next = p->sessions;
	if (s->next)
		s->next->prev = s;
	p->sessions = s;
	p->clients++;
	s->timer = timer_new(p->base, session_expired, s);
	timer_in(s->timer, p->o.login_timeout);
	leg_reset(s, UP);
	leg_reset(s, DOWN);
	s->leg[UP].link = link_new(p->loop, fd, &client_calls, s);
	s->proxied = expects_proxy(p, peer);
	if (s->proxied || admit(s, peer))
		link_sniff(s->leg[UP].link, s->proxied);
}
