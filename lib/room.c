/* SPDX-License-Identifier: ISC */
/* The account of memory, over all sessions. */
#include "room.h"

#include "session.h"
#include "timer.h"

enum {
	SAID_EVERY = 10000, /* milliseconds, as the next */
	PATIENCE = 10000,   /* with who is in the way */
	SMALL = 32 * 1024,   /* bytes that nobody is stopped for */
};

/* For what waits for peers: from here on those who take it are not read, */
static size_t strain_at(const struct proxy *p)
{
	return p->o.held_max / 4;
}

/* and here some are ended. */
static size_t stalled_max(const struct proxy *p)
{
	return p->o.held_max / 2;
}

static bool beyond(size_t n, size_t max, bool before)
{
	return n >= (before ? max / 4 * 3 : max);
}

static bool may_say(int64_t *said, int64_t now)
{
	if (*said && now - *said <= SAID_EVERY)
		return false;
	*said = now;
	return true;
}

static void say(struct proxy *p, bool crowded, bool strained)
{
	int64_t now = timer_now();

	if (crowded && !p->crowded && may_say(&p->crowd_said, now))
		p->o.say("%zu bytes are held: nobody is read until that is "
			 "less", p->held_bytes);
	if (strained && !p->strained && may_say(&p->strain_said, now))
		p->o.say("%zu bytes wait for peers that do not read, or do not "
			 "finish a stanza: their clients are not read until "
			 "that is less", p->stalled);
}

void room_look(struct proxy *p)
{
	size_t taken = p->stalled, max = p->o.held_max;
	bool crowded, strained;

	if (taken > stalled_max(p))
		taken = stalled_max(p);
	crowded = beyond(p->held_bytes, max - taken, p->crowded);
	strained = beyond(p->stalled, strain_at(p), p->strained);
	if (p->stalled >= stalled_max(p) && !p->blameless &&
	    !timer_set(p->relief))
		timer_in(p->relief, 0);
	if (crowded == p->crowded && strained == p->strained)
		return;
	say(p, crowded, strained);
	p->crowded = crowded;
	p->strained = strained;
	for (struct session *s = p->sessions; s; s = s->next)
		session_throttle(s);
}

static size_t stuck(const struct leg *l)
{
	return l->link ? link_stuck(l->link) : 0;
}

void room_weigh(struct session *s, bool fresh)
{
	struct proxy *p = s->proxy;
	size_t unread = stuck(&s->leg[UP]) + stuck(&s->leg[DOWN]);
	size_t all = unread + s->leg[UP].rest.cap + s->leg[DOWN].rest.cap;

	if (s->phase == SESSION_OVER || (!all && !s->stalled))
		return;
	if (!s->stalled || (fresh && !unread))
		s->stalled_since = timer_now();
	p->stalled += all - s->stalled;
	s->stalled = all;
	room_look(p);
}

void room_leave(struct session *s)
{
	s->proxy->stalled -= s->stalled;
	s->stalled = 0;
}

/* The client's own doing: not where we, or the server, let it wait. */
static size_t blame(const struct session *s)
{
	const struct leg *l = &s->leg[UP];

	return stuck(l) + (l->blocked ? 0 : l->rest.cap);
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
	struct leg *l = &s->leg[UP];

	if (!stuck(l)) {
		session_dismiss(s, "resource-constraint",
		    "a stanza was begun and not finished",
		    "a stanza was not finished");
		return;
	}
	/* It would not read a word of ours either. */
	link_free(l->link);
	l->link = NULL;
	room_weigh(s, false);
	if (s->phase != SESSION_ENDING)
		client_gone(s, "the client did not read");
}

void room_tick(struct proxy *p, int64_t now)
{
	struct session *s;

	while (p->stalled >= stalled_max(p) && (s = longest(p)) != NULL)
		end(s);
	/* The server does not read: nobody is to be looked for all the time. */
	p->blameless = p->stalled >= stalled_max(p);
	s = p->strained ? longest(p) : NULL;
	if (s && now - s->stalled_since >= PATIENCE)
		end(s);
}

/* What comes next would be held for as long. Half a stanza alone must be able
 * to become a whole one. */
static bool full(const struct session *s, int way)
{
	const struct leg *to = &s->leg[way == UP ? DOWN : UP];
	size_t queued = to->link ? link_backlog(to->link) : 0;
	size_t held = s->lane[way].bytes + queued;

	return queued > SESSION_BACKLOG || (held &&
	    held + s->leg[way].rest.cap >= s->proxy->o.client_held_max);
}

bool room_stops(const struct session *s, int way)
{
	const struct proxy *p = s->proxy;
	const struct leg *client = &s->leg[UP];

	if (p->crowded || full(s, way))
		return true;
	if (p->strained && stuck(client) >= SMALL)
		return true;
	if (way == DOWN)
		return false;
	/* What a client sends is answered to it, too. */
	if (client->link && link_backlog(client->link) > SESSION_BACKLOG)
		return true;
	return p->strained && (client->rest.len >= SMALL ||
	    stuck(&s->leg[DOWN]) >= SMALL);
}
