/* SPDX-License-Identifier: ISC */
/* Who is ended, where nothing else makes room. */
#include "live/internal.h"
#include "live/memory.h"

enum { PATIENCE = 10000 }; /* milliseconds, with who is in the way */

/* The client's own doing: not where we, or the server, let it wait. */
static size_t blame(const struct session *s)
{
	const struct stream *l = &s->stream[UP];

	return memory_stuck(l) + (l->blocked ? 0 : l->rest.cap);
}

static struct session *longest(const struct proxy *p)
{
	struct session *found = NULL;

	for (struct session *s = p->sessions; s; s = s->next) {
		if (s->stalled && blame(s) && (!found ||
			s->stalled_since < found->stalled_since))
			found = s;
	}
	return found;
}

static void end(struct session *s)
{
	struct stream *l = &s->stream[UP];

	if (!memory_stuck(l)) {
		session_retire(s, "resource-constraint",
		    "a stanza was begun and not finished",
		    "a stanza was not finished");
		return;
	}
	/* It would not read a word of ours either. */
	link_free(l->link);
	l->link = NULL;
	memory_weigh(s, false);
	if (s->phase != SESSION_ENDING)
		session_client_gone(s, "the client did not read");
}

void memory_tick(struct proxy *p, int64_t now)
{
	struct session *s;

	while (p->stalled >= memory_stalled_max(p) && (s = longest(p)) != NULL)
		end(s);
	/* The server does not read: nobody is to be looked for all the time. */
	p->blameless = p->stalled >= memory_stalled_max(p);
	s = p->strained ? longest(p) : NULL;
	if (s && now - s->stalled_since >= PATIENCE)
		end(s);
}
