/* SPDX-License-Identifier: ISC */
/* The life of a session: what is left of it as its connections go, and its
 * end. */
#include "live/internal.h"

#include "base/uuid.h"
#include "io/timer.h"
#include "live/memory.h"
#include "live/peer.h"
#include "live/web.h"

/* It is out of everything but the list of the dead. */
static void over(struct session *s)
{
	struct proxy *p = s->proxy;

	if (s->phase == SESSION_OVER)
		return;
	login_out(s);
	resume_failed(s);
	for (int way = UP; way <= DOWN; way++)
		queue_drop(s, way);
	memory_leave(s);
	s->phase = SESSION_OVER;
	/* Who does not read is not waited for where there is no room. */
	if (p->strained && s->stream[UP].link &&
	    link_stuck(s->stream[UP].link)) {
		link_free(s->stream[UP].link);
		s->stream[UP].link = NULL;
	}
	if (s->web)
		web_end(s->web);
	stream_close(&s->stream[UP]);
	stream_close(&s->stream[DOWN]);
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
	memory_look(p);
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
	if (s->stream[UP].link && !s->stream[UP].opened) {
		uuid_token(id, sizeof(id));
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
	if (s->stream[UP].link && !s->stream[DOWN].footer &&
	    s->stream[DOWN].opened && !s->resumable)
		session_write(s, UP, span_of(WIRE_FOOTER));
	over(s);
}

/* What it sent before is all that is waited for. */
static void dismiss(struct session *s, const char *condition,
    const char *text, const char *reason)
{
	struct buf *out = &s->proxy->out;

	if (!s->queue[UP].first) {
		session_fail(s, condition, text, reason);
		return;
	}
	buf_reset(out);
	wire_error(out, condition, text);
	session_write(s, DOWN, buf_span(out));
	session_client_gone(s, reason);
	if (s->phase == SESSION_ENDING)
		s->reason = reason;
}

void session_retire(struct session *s, const char *condition,
    const char *text, const char *reason)
{
	if (s->phase != SESSION_BOUND || s->sm) {
		dismiss(s, condition, text, reason);
		return;
	}
	buf_release(&s->stream[UP].rest);
	memory_weigh(s, false);
	if (s->stream[UP].ended)
		return;
	s->stream[UP].ended = s->stream[UP].footer = true;
	/* Else its server's end is on its way. */
	if (!s->last.len && !s->stream[DOWN].footer) {
		s->retired = true;
		s->reason = reason;
		wire_error(&s->last, condition, text);
	}
	session_throttle(s);
	if (!s->stream[DOWN].ended)
		queue_pass(s, UP, ITEM_END, span_of(WIRE_FOOTER));
}

void session_because(struct session *s, const char *reason)
{
	if (!s->retired)
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
	if (s->phase != SESSION_ENDING &&
	    (s->last.len || s->stream[DOWN].footer)) {
		if (!s->retired)
			buf_adds(&s->last, WIRE_FOOTER);
		session_write(s, DOWN, buf_span(&s->last));
		over(s);
	} else if (s->stream[UP].ended || managed) {
		/* One who can resume is not told that it is over. */
		over(s);
	} else {
		session_fail(s, "remote-connection-failed", NULL, s->reason);
	}
}

void session_way_done(struct session *s, int way)
{
	if (way == UP && s->stream[UP].footer && s->stream[DOWN].link &&
	    !s->stream[DOWN].ended) {
		timer_in(s->timer, SESSION_CLOSE);
		return;
	}
	if (way == UP) {
		resume_settle(s);
		return;
	}
	s->server_done = true;
	stream_close(&s->stream[DOWN]);
	if (s->queue[UP].first)
		verdict_unsent(s);
	else
		session_end(s);
}

void session_settled(struct session *s)
{
	if (s->server_done && !s->queue[UP].first)
		session_end(s);
}

void session_replaced(struct session *s)
{
	session_cut(s, "resumed on another connection");
}

void session_client_gone(struct session *s, const char *why)
{
	s->stream[UP].ended = true;
	buf_release(&s->stream[UP].rest);
	memory_weigh(s, false);
	if (s->phase == SESSION_ENDING)
		return;
	if (s->stream[UP].footer)
		session_because(s, "closed by the client");
	else
		s->reason = why ? "connection lost" : "connection closed";
	if (s->phase < SESSION_BOUND || !s->stream[DOWN].link) {
		session_cut(s, s->reason);
		return;
	}
	/* Only what it sent, and is held, is waited for. */
	s->phase = SESSION_ENDING;
	queue_drop(s, DOWN);
	session_throttle(s);
	if (s->stream[UP].footer)
		queue_run(s, UP);
	else
		queue_pass(s, UP, ITEM_END, span_of(""));
}

void session_server_gone(struct session *s, const char *why)
{
	struct proxy *p = s->proxy;

	s->stream[DOWN].ended = true;
	if (s->stream[DOWN].footer || s->phase == SESSION_OVER)
		return;
	if (s->phase != SESSION_ENDING)
		p->o.say("session %.*s: the server broke the connection%s%s",
		    RECORDER_TOKEN, s->token, why ? ": " : "",
		    why ? why : "");
	session_because(s, "connection to the server lost");
	if (s->phase < SESSION_BOUND)
		session_fail(s, "remote-connection-failed", NULL, s->reason);
	else
		queue_pass(s, DOWN, ITEM_END, span_of(""));
}

void session_expired(void *arg)
{
	struct session *s = arg;

	if (s->syncing)
		resume_done(s);
	else if (s->retired)
		session_end(s);
	else if (s->phase == SESSION_BOUND || s->phase == SESSION_ENDING)
		session_cut(s, "the server did not end the stream");
	else
		session_fail(s, "connection-timeout",
		    "not logged in within the time allowed", "login timeout");
}
