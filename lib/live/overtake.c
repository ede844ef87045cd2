/* SPDX-License-Identifier: ISC */
/* What does not wait for ever behind stanzas that are held: <r/>s, and the
 * errors by which a managed client (XEP-0198) learns that what it sent was not
 * delivered. An error that comes early is one stanza too many for the server's
 * count until what was held has gone by: so long it is taken off the client's
 * (sm.h). */
#include "io/timer.h"
#include "live/internal.h"
#include "live/queue.h"

void overtake_swap(struct session *s, struct sm_swap *w)
{
	/* What it said was forgotten: its turn brings an answer to nothing. */
	if (!w->error.len)
		return;
	session_write(s, DOWN, buf_span(&w->error));
	sm_early(s->sm, w);
	managed_told(s);
}

static void ahead(struct item *i)
{
	struct session *s = i->session;

	item_unlist(s->proxy, i);
	if (i->kind == ITEM_REQUEST) {
		session_write(s, i->way, buf_span(&i->wire));
		i->kind = ITEM_OTHER;
		i->outcome = ITEM_ASKS;
	} else if (s->sm_down && i->swap && !i->swap->early) {
		/* What the client does not count yet keeps its place. */
		overtake_swap(s, i->swap);
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
	const struct item *first = i->session->queue[i->way].first;

	if (first->state != ITEM_READY &&
	    timer_now() - first->since >= REQUEST_WAIT)
		ahead(i);
	else
		item_list(&p->requests, &p->last_request, i);
}

/* The answers to the pings are sent again, but perhaps behind what is held
 * for long, while the client has just read that its stanzas were taken. */
void overtake_resumed(struct session *s)
{
	for (struct sm_swap *w = s->sm->swaps; w; w = w->next) {
		if (!w->answered)
			overtake_swap(s, w);
	}
}
