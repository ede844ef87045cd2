/* SPDX-License-Identifier: ISC */
/* A managed session (XEP-0198) from one connection to the next. Servers were
 * seen to handle what is still on its way over the old connection after they
 * have told the new one how far they are: then the client sends it again, and
 * it is there twice. So the server is asked over the old one first, and only
 * when it has all is the <resume/> sent, or the old one closed. */
#include "io/timer.h"
#include "live/internal.h"

enum { SYNC_WAIT = 5000 }; /* milliseconds for the server's answer */

static void go(struct session *s)
{
	if (s->phase == SESSION_OVER)
		return;
	session_write(s, UP, buf_span(&s->header));
	buf_release(&s->header);
}

/* Ask the server; false if it cannot be asked, or need not. */
static bool ask(struct session *s)
{
	struct buf *out = &s->proxy->out;

	if (!s->sm_up || !s->stream[DOWN].link || s->stream[DOWN].ended)
		return false;
	buf_reset(out);
	buf_addf(out, "<r xmlns=\"%s\"/>", s->sm->ns);
	session_write(s, UP, buf_span(out));
	s->syncing = true;
	timer_in(s->timer, SYNC_WAIT);
	return true;
}

void resume_begin(struct session *s, struct sm *m)
{
	struct session *old = m->holder;

	if (!old || old == s || old->waiter || old->phase == SESSION_OVER) {
		go(s);
		return;
	}
	/* What is held there the client will send again. */
	old->frozen = true;
	if (!old->syncing && !ask(old)) {
		old->frozen = false;
		go(s);
		return;
	}
	old->waiter = s;
	s->waits_for = old;
}

void resume_failed(struct session *s)
{
	struct session *old = s->waits_for;

	s->waits_for = NULL;
	if (!old)
		return;
	old->waiter = NULL;
	old->frozen = false;
	if (old->phase != SESSION_OVER)
		queue_run(old, UP);
}

void resume_settle(struct session *s)
{
	if (!ask(s))
		session_end(s);
}

void resume_acked(struct session *s, uint32_t h)
{
	if (h == s->sm->up)
		resume_done(s);
}

void resume_done(struct session *s)
{
	struct session *next = s->waiter;

	if (s->syncing && s->phase == SESSION_BOUND)
		timer_stop(s->timer);
	s->syncing = false;
	if (s->phase == SESSION_ENDING)
		session_end(s);
	if (s->phase == SESSION_OVER && s->waiter) {
		s->waiter->waits_for = NULL;
		s->waiter = NULL;
	}
	/* It is sent only once: the header is gone then. */
	if (next)
		go(next);
}
