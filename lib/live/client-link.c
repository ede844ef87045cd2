/* SPDX-License-Identifier: ISC */
/* A client's connection: how a session comes about, what its link tells, and
 * how it goes. */
#include <stdlib.h>

#include "base/mem.h"
#include "io/listener.h"
#include "io/timer.h"
#include "live/internal.h"
#include "live/peer.h"
#include "live/web.h"

static void client_data(struct link *l, void *arg, const char *p, size_t n)
{
	struct session *s = arg;

	(void)l;
	if (s->web)
		web_data(s->web, p, n);
	else
		stream_data(s, UP, p, n);
}

void client_begin(struct session *s)
{
	stream_reset(s, UP);
	stream_close(&s->stream[DOWN]);
	stream_reset(s, DOWN);
	s->attempt = 0;
	s->phase = SESSION_OPENING;
	s->stream[UP].ready = true;
	session_throttle(s);
}

static void refuse(struct session *s, const char *condition)
{
	s->proxy->count.refused_clients++;
	session_fail(s, condition, "too many connections",
	    "too many connections");
}

/* Those that have not logged in have three quarters of the room. */
static bool crowded(const struct proxy *p)
{
	size_t max = p->o.max_clients;

	return max && (p->clients > max || p->unknown > max - max / 4);
}

/* Count it, or refuse it. In a crowd it is not those who are in, nor who just
 * came, that have to go, but who has waited longest before logging in, of
 * where most of these are. */
bool client_admit(struct session *s, const struct endpoint *peer)
{
	struct proxy *p = s->proxy;
	struct session *other;

	if (!peer_enter(p, s, peer)) {
		refuse(s, "policy-violation");
		return false;
	}
	while (crowded(p)) {
		other = peer_crowding(p);
		if (!other)
			other = s;
		refuse(other, "resource-constraint");
		if (other == s)
			return false;
	}
	return true;
}

static void begin(struct session *s)
{
	if (s->web)
		web_begin(s->web);
	else
		client_begin(s);
}

static void sniffed(struct session *s, bool tls)
{
	struct tls_context *c = s->web ? s->proxy->web_tls : s->proxy->tls;

	/* A web proxy may yet say in its request who its client is. */
	if (s->proxied && !s->web &&
	    !client_admit(s, link_peer(s->stream[UP].link)))
		return;
	if (!tls && !s->direct) {
		begin(s);
	} else if (tls && c) {
		link_secure(s->stream[UP].link, c, NULL);
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
	bool first = !s->stream[UP].ended || s->stream[UP].footer;

	if (end_of == LINK_FAILED) {
		link_free(l);
		s->stream[UP].link = NULL;
	}
	if (first)
		session_client_gone(s, why);
}

static const struct link_owner link_calls = {
    .step = client_step,
    .data = client_data,
    .drained = stream_drained,
    .blocked = stream_stuck,
    .end = client_end,
};

bool client_expects_proxy(const struct proxy *p, const struct endpoint *peer)
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
	const struct address *a = listener_address(from);

	s->proxy = p;
	recorder_token(s->token);
	s->sm_ns = NS_SM;
	s->direct = a->tls;
	s->next = p->sessions;
	if (s->next)
		s->next->prev = s;
	p->sessions = s;
	p->clients++;
	s->timer = timer_new(p->base, session_expired, s);
	timer_in(s->timer, p->o.login_timeout);
	s->stream[UP].calls = &client_calls;
	s->stream[DOWN].calls = &server_calls;
	stream_reset(s, UP);
	stream_reset(s, DOWN);
	s->stream[UP].link = link_new(p->loop, fd, &link_calls, s);
	s->proxied = client_expects_proxy(p, peer);
	if (a->web)
		s->web = web_new(s, a, s->proxied);
	if (s->proxied)
		link_sniff(s->stream[UP].link,
		    s->web ? LINK_PROXY_MAY : LINK_PROXY_MUST);
	else if (client_admit(s, peer))
		link_sniff(s->stream[UP].link, LINK_PROXY_NONE);
}

static void free_session(struct session *s)
{
	stream_release(&s->stream[UP]);
	stream_release(&s->stream[DOWN]);
	timer_free(s->timer);
	web_free(s->web);
	buf_release(&s->jid);
	buf_release(&s->bind_id);
	buf_release(&s->domain);
	buf_release(&s->agent);
	buf_release(&s->header);
	buf_release(&s->server_name);
	buf_release(&s->why);
	buf_release(&s->last);
	buf_release(&s->resume_id);
	slot_requests_release(&s->slots);
	free(s);
}

void session_reap(struct proxy *p)
{
	while (p->dead) {
		struct session *s = p->dead;

		p->dead = s->after;
		free_session(s);
	}
}
