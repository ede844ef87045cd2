/* SPDX-License-Identifier: ISC */
/* What does not wait for ever behind stanzas that are held: <r/>s, and the
 * errors by which a managed client (XEP-0198) learns that what it sent was not
 * delivered. An error that comes early is one stanza too many for the server's
 * count until what was held has gone by, so that long no <a/> goes on that
 * says more than is true. */
#include <inttypes.h>

#include "lane.h"
#include "session.h"
#include "timer.h"

static void early(struct item *i)
{
	struct session *s = i->session;

	sm_early(s->sm);
	session_write(s, DOWN, buf_span(&i->swap->error));
	s->sm->down++;
	sm_answered(s->sm, i->swap);
	i->swap = NULL;
}

static void ahead(struct item *i)
{
	struct session *s = i->session;

	item_unlist(s->proxy, i);
	if (i->kind == ITEM_REQUEST) {
		session_write(s, i->way, buf_span(&i->wire));
		i->kind = ITEM_OTHER;
		i->outcome = ITEM_ASKS;
	} else if (s->sm_down) {
		/* What the client does not count yet keeps its place. */
		early(i);
	}
}

void overtake(struct proxy *p, int64_t now)
{
	while (p->requests && now - p->requests->since >= REQUEST_WAIT)
		ahead(p->requests);
}

void overtake_later(struct item *i)
{
	struct proxy *p = i->session->proxy;
	const struct item *first = i->session->lane[i->way].first;

	if (first->state != ITEM_READY &&
	    timer_now() - first->since >= REQUEST_WAIT)
		ahead(i);
	else
		item_list(&p->requests, &p->last_request, i);
}

void overtake_done(struct session *s)
{
	struct buf *out = &s->proxy->out;

	if (!sm_in_place(s->sm))
		return;
	buf_reset(out);
	buf_addf(out, "<a xmlns=\"%s\" h=\"%" PRIu32 "\"/>", s->sm->ns,
	    s->sm->h);
	session_write(s, UP, buf_span(out));
}

bool overtake_acked(struct session *s, uint32_t h)
{
	struct sm *m = s->sm;

	sm_acked(m, h);
	m->h = h;
	m->h_kept = !sm_true(m, h);
	return !m->h_kept;
}
