/* SPDX-License-Identifier: ISC */
/* The life of a session: its two links, its end, and how fast it is read. */
#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "listener.h"
#include "mem.h"
#include "peer.h"
#include "proxyproto.h"
#include "timer.h"

static void detach(struct leg *l)
{
	if (l->link)
		link_close(l->link, SESSION_CLOSE);
	l->link = NULL;
}

/* It is out of everything but the list of the dead. */
static void over(struct session *s)
{
	struct proxy *p = s->proxy;

	if (s->phase == SESSION_OVER)
		return;
	login_out(s);
	resume_failed(s);
	for (int way = UP; way <= DOWN; way++)
		lane_drop(s, way);
	s->phase = SESSION_OVER;
	detach(&s->leg[UP]);
	detach(&s->leg[DOWN]);
	if (s->sm)
		sm_park(&p->sms, s->sm, timer_now());
	s->sm = NULL;
	if (s->logged_in)
		p->logged_in--;
	p->clients--;
	peer_leave(p, s);
	if (s->prev)
		s->prev->next = s->next;
	else
		p->sessions = s->next;
	if (s->next)
		s->next->prev = s->prev;
	s->after = p->dead;
	p->dead = s;
	timer_in(p->reap, 0);
	resume_done(s);
	proxy_room(p);
}

void session_fail(struct session *s, const char *condition, const char *text,
    const char *reason)
{
	struct buf out = BUF_EMPTY;
	char id[SM_SWAP_ID];
	struct wire_header h = {.id = {id, SM_SWAP_ID},
	    .version = {"1.0", 3}};

	if (s->phase == SESSION_OVER)
		return;
	s->reason = reason;
	if (s->leg[UP].link && !s->leg[UP].opened) {
		sm_random_id(id);
		if (s->domain.len)
			h.from = buf_span(&s->domain);
		wire_header(&out, &h);
	}
	if (condition)
		wire_error(&out, condition, text);
	else
		buf_adds(&out, WIRE_FOOTER);
	session_write(s, DOWN, buf_span(&out));
	buf_release(&out);
	if (s->leg[UP].link && !s->leg[DOWN].footer && s->leg[DOWN].opened)
		session_write(s, UP, span_of(WIRE_FOOTER));
	over(s);
}

void session_cut(struct session *s, const char *reason)
{
	s->reason = reason;
	over(s);
}

void session_end(struct session *s)
{
	bool managed = s->sm && s->sm->id.len;

	if (s->phase == SESSION_OVER)
		return;
	/* One who can resume is not told that it is over. */
	if (s->leg[DOWN].footer || s->leg[UP].ended || managed)
		over(s);
	else
		session_fail(s, "remote-connection-failed", NULL, s->reason);
}

void session_way_done(struct session *s, int way)
{
	if (way == UP && s->leg[UP].footer && s->leg[DOWN].link &&
	    !s->leg[DOWN].ended) {
		timer_in(s->timer, SESSION_CLOSE);
		return;
	}
	if (way == UP) {
		resume_settle(s);
		return;
	}
	s->server_done = true;
	detach(&s->leg[DOWN]);
	if (s->lane[UP].first)
		verdict_unsent(s);
	else
		session_end(s);
}

void session_settled(struct session *s)
{
	if (s->server_done && !s->lane[UP].first)
		session_end(s);
}

void session_replaced(struct session *s)
{
	session_cut(s, "resumed on another connection");
}

static void on_timer(void *arg)
{
	struct session *s = arg;

	if (s->syncing)
		resume_done(s);
	else if (s->phase == SESSION_BOUND || s->phase == SESSION_ENDING)
		session_cut(s, "the server did not end the stream");
	else
		session_fail(s, "connection-timeout",
		    "not logged in within the time allowed", "login timeout");
}

void session_write(struct session *s, int way, struct span bytes)
{
	struct leg *to = &s->leg[way == UP ? DOWN : UP];

	if (!to->link || !bytes.n)
		return;
	link_write(to->link, bytes.p, bytes.n);
	if (link_backlog(to->link) > SESSION_BACKLOG)
		session_throttle(s);
}

static void regulate(struct session *s, int way)
{
	struct proxy *p = s->proxy;
	struct leg *l = &s->leg[way], *to = &s->leg[way == UP ? DOWN : UP];
	bool gone = way == DOWN && s->phase == SESSION_ENDING && !s->sm_down;
	bool stop = gone || l->blocked || l->ended || !l->ready || p->crowded ||
	    s->lane[way].bytes >= p->o.client_held_max ||
	    (to->link && link_backlog(to->link) > SESSION_BACKLOG);

	if (!l->link || stop == link_paused(l->link))
		return;
	if (stop)
		link_pause(l->link);
	else
		link_resume(l->link);
}

void session_throttle(struct session *s)
{
	struct proxy *p = s->proxy;

	if (s->phase == SESSION_OVER)
		return;
	if (p->held_bytes >= p->o.held_max ||
	    (p->crowded && p->held_bytes < p->o.held_max / 4 * 3))
		proxy_room(p);
	regulate(s, UP);
	regulate(s, DOWN);
}

static void free_session(struct session *s)
{
	leg_release(&s->leg[UP]);
	leg_release(&s->leg[DOWN]);
	timer_free(s->timer);
	buf_release(&s->jid);
	buf_release(&s->bind_id);
	buf_release(&s->domain);
	buf_release(&s->header);
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

/* Towards the server. */

static void server_data(struct link *l, void *arg, const char *p, size_t n)
{
	(void)l;
	leg_data(arg, DOWN, p, n);
}

static void on_drained(struct link *l, void *arg)
{
	(void)l;
	session_throttle(arg);
}

static void open_server(struct session *s)
{
	session_write(s, UP, buf_span(&s->header));
	buf_release(&s->header);
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
		link_secure(l, p->server_tls, p->o.server->host);
	else
		open_server(s);
}

static void server_end(struct link *l, void *arg, enum link_end end_of,
    const char *why)
{
	struct session *s = arg;
	struct leg *leg = &s->leg[DOWN];

	if (!leg->ready) {
		link_free(l);
		leg->link = NULL;
		s->why = why;
		s->attempt++;
		session_connect(s);
		return;
	}
	if (end_of == LINK_FAILED) {
		link_free(l);
		leg->link = NULL;
	}
	if (!leg->ended || end_of == LINK_FAILED)
		server_gone(s, why);
}

static const struct link_owner server_calls = {
    .step = server_step,
    .data = server_data,
    .drained = on_drained,
    .end = server_end,
};

void session_connect(struct session *s)
{
	struct proxy *p = s->proxy;
	const struct address *a = p->o.server;
	int fd = -1;

	for (; fd < 0 && s->attempt < (a->count ? a->count : 1);) {
		fd = address_connect(a, s->attempt);
		if (fd < 0) {
			s->why = strerror(errno);
			s->attempt++;
		}
	}
	if (fd < 0) {
		p->o.say("session %.*s: cannot reach the server '%s': %s",
		    RECORDER_TOKEN, s->token, a->text,
		    s->why ? s->why : "no answer");
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
	detach(&s->leg[DOWN]);
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
	s->timer = timer_new(p->base, on_timer, s);
	timer_in(s->timer, p->o.login_timeout);
	leg_reset(s, UP);
	leg_reset(s, DOWN);
	s->leg[UP].link = link_new(p->loop, fd, &client_calls, s);
	s->proxied = expects_proxy(p, peer);
	if (s->proxied || admit(s, peer))
		link_sniff(s->leg[UP].link, s->proxied);
}

void session_logged_in(struct session *s)
{
	struct proxy *p = s->proxy;

	s->phase = SESSION_BOUND;
	s->logged_in = true;
	p->logged_in++;
	timer_stop(s->timer);
	if (s->sm) {
		buf_reset(&s->sm->token);
		buf_add(&s->sm->token, s->token, RECORDER_TOKEN);
	}
	leg_unblock(s, UP);
}
