/* SPDX-License-Identifier: ISC */
/* The account of memory, over all sessions, and who is read by it. */
#include "live/memory.h"

#include "io/timer.h"
#include "live/internal.h"
#include "live/web.h"

enum {
	SAID_EVERY = 10000, /* milliseconds */
	SMALL = 32 * 1024,  /* bytes that nobody is stopped for */
};

/* For what waits for peers: from here on those who take it are not read, */
static size_t strain_at(const struct proxy *p)
{
	return p->o.held_max / 4;
}

/* and here some are ended. */
size_t memory_stalled_max(const struct proxy *p)
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

void memory_look(struct proxy *p)
{
	size_t taken = p->stalled, max = p->o.held_max;
	bool crowded, strained;

	if (taken > memory_stalled_max(p))
		taken = memory_stalled_max(p);
	crowded = beyond(p->held_bytes, max - taken, p->crowded);
	strained = beyond(p->stalled, strain_at(p), p->strained);
	if (p->stalled >= memory_stalled_max(p) && !p->blameless &&
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

size_t memory_stuck(const struct stream *l)
{
	return l->link ? link_stuck(l->link) : 0;
}

void memory_weigh(struct session *s, bool fresh)
{
	struct proxy *p = s->proxy;
	size_t unread =
	    memory_stuck(&s->stream[UP]) + memory_stuck(&s->stream[DOWN]);
	size_t all = unread + s->stream[UP].rest.cap +
	    s->stream[DOWN].rest.cap + web_held(s->web);

	if (s->phase == SESSION_OVER || (!all && !s->stalled))
		return;
	if (!s->stalled || (fresh && !unread))
		s->stalled_since = timer_now();
	p->stalled += all - s->stalled;
	s->stalled = all;
	memory_look(p);
}

void memory_leave(struct session *s)
{
	s->proxy->stalled -= s->stalled;
	s->stalled = 0;
}

/* What comes next would be held for as long. Half a stanza alone must be able
 * to become a whole one. */
static bool full(const struct session *s, int way)
{
	const struct stream *to = &s->stream[way == UP ? DOWN : UP];
	size_t queued = to->link ? link_backlog(to->link) : 0;
	size_t held = s->queue[way].bytes + queued;

	return queued > SESSION_BACKLOG || (held &&
	    held + s->stream[way].rest.cap >= s->proxy->o.client_held_max);
}

bool memory_stops(const struct session *s, int way)
{
	const struct proxy *p = s->proxy;
	const struct stream *client = &s->stream[UP];

	if (p->crowded || full(s, way))
		return true;
	if (p->strained && memory_stuck(client) >= SMALL)
		return true;
	if (way == DOWN)
		return false;
	if (s->sm && sm_full(s->sm))
		return true;
	/* What a client sends is answered to it, too. */
	if (client->link && link_backlog(client->link) > SESSION_BACKLOG)
		return true;
	return p->strained && (client->rest.len >= SMALL ||
	    memory_stuck(&s->stream[DOWN]) >= SMALL);
}

void stream_close(struct stream *l)
{
	if (l->link)
		link_close(l->link, SESSION_CLOSE);
	l->link = NULL;
}

void session_write(struct session *s, int way, struct span bytes)
{
	struct stream *to = &s->stream[way == UP ? DOWN : UP];

	if (!to->link || !bytes.n)
		return;
	if (way == DOWN && s->web)
		web_write(s->web, bytes);
	else
		link_write(to->link, bytes.p, bytes.n);
	if (link_stuck(to->link))
		memory_weigh(s, false);
	if (link_backlog(to->link) > SESSION_BACKLOG)
		session_throttle(s);
}

static void regulate(struct session *s, int way)
{
	struct stream *l = &s->stream[way];
	bool gone = way == DOWN && s->phase == SESSION_ENDING && !s->sm_down;
	bool stop = gone || l->blocked || l->ended || !l->ready ||
	    memory_stops(s, way);

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
	memory_look(s->proxy);
	regulate(s, UP);
	regulate(s, DOWN);
}

void stream_drained(struct link *l, void *arg)
{
	(void)l;
	memory_weigh(arg, true);
	session_throttle(arg);
}

void stream_stuck(struct link *l, void *arg)
{
	(void)l;
	memory_weigh(arg, false);
	session_throttle(arg);
}
