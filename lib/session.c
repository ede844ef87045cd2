/* SPDX-License-Identifier: ISC */
/* The life of a session: its two links, its end, and how fast it is read. */
#include "session.h"

#include <stdlib.h>

#include "mem.h"
#include "peer.h"
#include "room.h"
#include "timer.h"

void leg_close(struct leg *l)
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
	room_leave(s);
	s->phase = SESSION_OVER;
	/* Who does not read is not waited for where there is no room. */
	if (p->strained && s->leg[UP].link && link_stuck(s->leg[UP].link)) {
		link_free(s->leg[UP].link);
		s->leg[UP].link = NULL;
	}
	leg_close(&s->leg[UP]);
	leg_close(&s->leg[DOWN]);
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
	room_look(p);
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
	if (s->leg[UP].link && !s->leg[DOWN].footer && s->leg[DOWN].opened &&
	    !s->resumable)
		session_write(s, UP, span_of(WIRE_FOOTER));
	over(s);
}

void session_dismiss(struct session *s, const char *condition,
    const char *text, const char *reason)
{
	struct buf *out = &s->proxy->out;

	if (!s->lane[UP].first) {
		session_fail(s, condition, text, reason);
		return;
	}
	buf_reset(out);
	wire_error(out, condition, text);
	session_write(s, DOWN, buf_span(out));
	client_gone(s, reason);
	if (s->phase == SESSION_ENDING)
		s->reason = reason;
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
	leg_close(&s->leg[DOWN]);
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

void session_expired(void *arg)
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
	if (link_stuck(to->link))
		room_weigh(s, false);
	if (link_backlog(to->link) > SESSION_BACKLOG)
		session_throttle(s);
}

static void regulate(struct session *s, int way)
{
	struct leg *l = &s->leg[way];
	bool gone = way == DOWN && s->phase == SESSION_ENDING && !s->sm_down;
	bool stop = gone || l->blocked || l->ended || !l->ready ||
	    room_stops(s, way);

	if (!l->link || stop == link_paused(l->link))
		return;
	if (stop)
		link_pause(l->link);
	else
		link_resume(l->link);
}

void session_throttle(struct session *s)
{
	if (s->phase == SESSION_OVER)
		return;
	room_look(s->proxy);
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
	buf_release(&s->server_name);
	buf_release(&s->why);
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

void session_logged_in(struct session *s)
{
	struct proxy *p = s->proxy;

	s->phase = SESSION_BOUND;
	s->logged_in = true;
	s->leg[UP].scan.limit = p->o.max_size;
	p->logged_in++;
	timer_stop(s->timer);
	if (s->sm) {
		buf_reset(&s->sm->token);
		buf_add(&s->sm->token, s->token, RECORDER_TOKEN);
	}
	leg_unblock(s, UP);
}
