/* SPDX-License-Identifier: ISC */
/* Resuming a session: asked for and answered on its own (XEP-0198), or inside
 * of a login (XEP-0388). */
#include <inttypes.h>

#include "live/internal.h"

/* What the <resume/>, a node of proxy.stanza, is to resume. A session that this
 * process does not know of may have stanzas on their way that nobody watched:
 * NULL, the client is told to begin a new one. */
static struct sm *wanted(struct session *s, uint32_t node)
{
	const struct stanza *x = &s->proxy->stanza;

	buf_reset(&s->resume_id);
	if (!sm_count(stanza_get(x, node, "h"), &s->resume_h))
		return NULL;
	stanza_unescape(&s->resume_id, stanza_get(x, node, "previd"));
	return sm_find(&s->proxy->sms, buf_span(&s->resume_id));
}

/* Append it as the server is to have it. */
static void write_resume(struct session *s, const struct sm *m,
    struct buf *out)
{
	buf_addf(out, "<resume xmlns=\"%s\" h=\"%" PRIu32 "\"", s->sm_ns,
	    sm_server_h(m, s->resume_h));
	wire_attribute(out, "previd", buf_span(&s->resume_id));
	buf_adds(out, "/>");
}

void managed_resume(struct session *s)
{
	struct proxy *p = s->proxy;
	struct sm *m;

	if (s->phase != SESSION_LOGIN || !s->authenticated ||
	    stanza_read(&p->stanza, buf_span(&p->canon))) {
		managed_unexpected(s);
		return;
	}
	m = wanted(s, 0);
	if (!m) {
		managed_turn_down(s, "item-not-found");
		return;
	}
	s->stream[UP].blocked = true;
	s->resuming = RESUMING_ALONE;
	buf_reset(&s->header);
	write_resume(s, m, &s->header);
	resume_begin(s, m);
}

void managed_resume_inside(struct session *s, struct buf *line)
{
	static const char end[] = "</authenticate>";
	uint32_t node = stanza_child(&s->proxy->stanza, 0, NS_SM, "resume");
	struct sm *m;

	managed_resume_over(s);
	if (node == STANZA_NONE)
		return;
	s->sm_ns = NS_SM;
	m = wanted(s, node);
	if (!m || !span_ends(buf_span(line), end)) {
		s->resuming = RESUMING_UNTOLD;
		return;
	}
	s->resuming = RESUMING_INSIDE;
	line->len -= sizeof(end) - 1;
	write_resume(s, m, line);
	buf_adds(line, end);
}

/* Whether this is what the client will be let in by is not known before the
 * server's answer, until which the other session stands still: it is asked
 * anew before each, so that nobody can hold it up for longer. */
void managed_resume_pass(struct session *s)
{
	struct proxy *p = s->proxy;
	struct sm *m = NULL;

	if (s->resuming == RESUMING_INSIDE)
		m = sm_find(&p->sms, buf_span(&s->resume_id));
	if (!m) {
		session_write(s, UP, buf_span(&p->canon));
		return;
	}
	buf_reset(&s->header);
	buf_addspan(&s->header, buf_span(&p->canon));
	resume_begin(s, m);
}

void managed_resume_over(struct session *s)
{
	s->resuming = RESUMING_NOT;
	resume_failed(s);
}

/* The stream that the <resumed/> is of, if it was asked for. */
static struct sm *named(struct session *s, uint32_t node, uint32_t *h)
{
	const struct stanza *x = &s->proxy->stanza;
	struct buf id = BUF_EMPTY;
	struct sm *m = NULL;

	stanza_unescape(&id, stanza_get(x, node, "previd"));
	if (sm_count(stanza_get(x, node, "h"), h) &&
	    span_same(buf_span(&id), buf_span(&s->resume_id)))
		m = sm_find(&s->proxy->sms, buf_span(&id));
	buf_release(&id);
	return m;
}

static void take_over(struct session *s, uint32_t node)
{
	struct proxy *p = s->proxy;
	struct buf earlier = BUF_EMPTY;
	uint32_t h;
	struct sm *m = named(s, node, &h);

	if (!m) {
		managed_nonsense(s);
		return;
	}
	s->resuming = RESUMING_NOT;
	if (m->holder)
		session_replaced(m->holder);
	sm_unpark(&p->sms, m);
	s->sm = m;
	m->holder = s;
	m->ns = s->sm_ns;
	s->managed = MANAGED_ON;
	s->sm_up = s->sm_down = true;
	sm_resumed(m, h, s->resume_h);
	buf_reset(&s->jid);
	buf_addspan(&s->jid, buf_span(&m->jid));
	buf_addspan(&earlier, buf_span(&m->token));
	login_hold(s, buf_span(&p->canon), buf_str(&earlier));
	buf_release(&earlier);
}

void managed_resumed(struct session *s)
{
	struct proxy *p = s->proxy;

	if (s->resuming != RESUMING_ALONE ||
	    stanza_read(&p->stanza, buf_span(&p->canon)))
		managed_nonsense(s);
	else
		take_over(s, 0);
}

/* Whether it logs in who the session is of, as far as it says that. */
static bool of_the_same(struct session *s)
{
	const struct sm *m =
	    sm_find(&s->proxy->sms, buf_span(&s->resume_id));
	struct stanza *x = &s->proxy->stanza;
	uint32_t node =
	    stanza_child(x, 0, NS_SASL2, "authorization-identifier");
	struct buf who = BUF_EMPTY;
	bool same = true;

	if (m && node != STANZA_NONE) {
		stanza_text(x, node, &who);
		same = span_same(jid_bare(buf_span(&who)),
		    jid_bare(buf_span(&m->jid)));
	}
	buf_release(&who);
	return same;
}

void managed_resumed_inside(struct session *s, uint32_t node)
{
	if (s->resuming != RESUMING_INSIDE || !of_the_same(s) ||
	    stanza_child(&s->proxy->stanza, 0, NS_BIND2, "bound") !=
		STANZA_NONE)
		managed_nonsense(s);
	else
		take_over(s, node);
}
