/* SPDX-License-Identifier: ISC */
/* Bringing records into a stream in order. */
#include "ship/sender.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum {
	SILENCE = 2000, /* milliseconds without an answer: look */
	PAUSE = 250,	/* between looks */
	UNTOLD = 1000,	/* for which nobody is told that it is down */
	OVERHEAD = 1024, /* bytes of a message beside its body */
};

static void say(struct sender *s, const char *what, const char *why)
{
	char text[400];

	snprintf(text, sizeof(text), "stream '%s' %s%s%s", s->name, what,
	    why ? ": " : "", why ? why : "");
	s->owner->say(s->arg, text);
}

/* A change of servers or of the leader is over before it is told. */
static void went_down(struct sender *s, const char *why)
{
	if (!s->down)
		s->down = clock_ms();
	snprintf(s->why, sizeof(s->why), "%s", why);
}

/* ---- what is over */

static bool over(const struct sender *s, const struct parcel *p)
{
	return p->kind == PARCEL_COMMENT || p->stored ||
	    (p->kind == PARCEL_PING && s->state == SENDER_READY);
}

static void settle(struct sender *s)
{
	while (s->window.first && over(s, s->window.first)) {
		s->owner->stored(s->arg, s->window.first);
		parcels_shift(&s->window);
	}
}

void sender_skip(struct sender *s)
{
	for (struct parcel *p = s->window.first; p; p = p->next)
		p->stored = true;
	s->flying = false;
	s->live = s->sends + 1;
	settle(s);
}

/* ---- doubt */

/* The parcel that was sent, if it is not known to be stored. */
static struct parcel *sent(const struct sender *s)
{
	struct parcel *p = s->window.first;

	return p && p->tried && !p->stored ? p : NULL;
}

static void look(struct sender *s)
{
	s->doubtful = false;
	s->look_at = 0;
	s->state = SENDER_LOOKING;
	s->looked = s->last;
	jetstream_look(s->stream, sent(s) ? s->behind + 1 : 0);
}

/* What becomes of the message that is under way is not known any more. */
static void doubt(struct sender *s, const char *why)
{
	if (s->state == SENDER_UNFIT)
		return;
	if (s->state == SENDER_LOOKING) {
		s->doubtful = true;
		return;
	}
	went_down(s, why);
	s->state = SENDER_DOWN;
	if (s->connected && !s->look_at)
		s->look_at = clock_ms() + (s->refusals > 1 ? PAUSE : 0);
}

static void not_found(struct sender *s, const char *why)
{
	s->state = SENDER_DOWN;
	s->look_at = s->connected ? clock_ms() + PAUSE : 0;
	went_down(s, why);
}

static void available(struct sender *s)
{
	if (s->said)
		say(s, "is available", NULL);
	s->said = false;
	s->down = 0;
}

/* The stream ends there now; own, if it is not 0, is ours. */
static void grow(struct sender *s, uint64_t to, uint64_t own)
{
	uint64_t from = s->last + 1;

	if (to <= s->last)
		return;
	s->last = to;
	if (s->owner->grown && (own != from || own != to))
		s->owner->grown(s->arg, from, to, own);
}

static void found(struct sender *s, const struct jetstream_item *item)
{
	struct parcel *p = sent(s);
	char why[128];
	bool there;

	if (s->doubtful || !s->connected) {
		s->state = SENDER_DOWN;
		s->look_at = s->connected ? clock_ms() + PAUSE : 0;
		return;
	}
	if (item->seq < s->looked) {
		snprintf(why, sizeof(why), "it ends in %" PRIu64 ", but %" PRIu64
			 " was acknowledged", item->seq, s->looked);
		not_found(s, why);
		return;
	}
	there = p && strcmp(p->id, item->id) == 0;
	s->state = SENDER_READY;
	s->flying = false;
	/* Wherever it was sent to there is something else now. */
	if (item->seq > s->behind)
		s->live = s->sends + 1;
	grow(s, item->seq, there ? s->behind + 1 : 0);
	if (there)
		p->stored = true;
	if (there || s->refusals < 2)
		available(s);
	settle(s);
}

/* ---- messages */

static bool is_open(struct sender *s, uint64_t number)
{
	bool yes = sent(s) && number >= s->live && number <= s->sends;

	if (yes && s->open)
		s->open--;
	return yes;
}

static void stored(struct sender *s, const struct jetstream_item *item)
{
	if (!is_open(s, item->number))
		return;
	s->window.first->stored = true;
	s->flying = false;
	s->refusals = 0;
	grow(s, item->seq, item->seq);
	if (s->state == SENDER_READY)
		available(s);
	settle(s);
}

/* Where it was not taken as the stream has grown, and can be nowhere else, it is
 * sent behind that. */
static void refused(struct sender *s, const struct jetstream_item *item)
{
	if (!is_open(s, item->number) || item->number != s->sends ||
	    !s->flying || s->state != SENDER_READY)
		return;
	s->refusals++;
	if (s->open || item->seq <= s->last) {
		doubt(s, item->text);
		return;
	}
	s->flying = false;
	s->live = s->sends + 1;
	grow(s, item->seq, 0);
}

static void too_large(struct sender *s, struct parcel *p)
{
	s->owner->refused(s->arg, p, "is larger than its servers take");
	buf_reset(&p->body);
	p->stored = true;
}

/* One that libnats does not take may have been sent in part or whole. */
static void send(struct sender *s, struct parcel *p)
{
	struct jetstream_message m = {.number = ++s->sends, .after = s->last};
	const char *why;

	parcels_seal(&s->window, p);
	m.subject = p->subject.data;
	m.id = p->id;
	m.place = p->place;
	m.data = buf_span(&p->body);
	if (s->live == m.number || !p->tried) {
		s->live = m.number;
		s->open = 0;
	}
	p->tried = true;
	s->open++;
	s->behind = s->last;
	s->flying = true;
	s->moved = clock_ms();
	if (!jetstream_send(s->stream, &m, &why))
		doubt(s, why);
}

void sender_pump(struct sender *s)
{
	size_t largest = jetstream_largest(s->stream);
	struct parcel *p;

	s->window.body = largest > 2 * OVERHEAD ? largest - OVERHEAD : largest;
	settle(s);
	while (s->state == SENDER_READY && !s->flying &&
	    (p = s->window.first)) {
		if (largest && p->body.len + OVERHEAD > largest)
			too_large(s, p);
		else
			send(s, p);
		settle(s);
	}
}

/* ---- news and time */

static void take(struct sender *s, const struct jetstream_item *item)
{
	switch (item->news) {
	case JETSTREAM_STORED:
		stored(s, item);
		break;
	case JETSTREAM_REFUSED:
		refused(s, item);
		break;
	case JETSTREAM_FOUND:
		found(s, item);
		break;
	case JETSTREAM_NOT_FOUND:
		not_found(s, item->text);
		break;
	case JETSTREAM_UNFIT:
		s->state = SENDER_UNFIT;
		say(s, "cannot be used", item->text);
		break;
	case JETSTREAM_UP:
		s->connected = true;
		doubt(s, "its servers do not answer for it");
		break;
	case JETSTREAM_DOWN:
		s->connected = false;
		s->look_at = 0;
		doubt(s, "no server is connected to");
		break;
	case JETSTREAM_NOTHING:
		break;
	}
}

void sender_news(struct sender *s)
{
	struct jetstream_item item;

	for (;;) {
		jetstream_next(s->stream, &item);
		if (item.news == JETSTREAM_NOTHING)
			break;
		take(s, &item);
	}
	sender_pump(s);
}

int sender_due(const struct sender *s)
{
	int64_t now = clock_ms(), at = s->look_at;

	if (s->state == SENDER_READY)
		at = s->flying ? s->moved + SILENCE : 0;
	if (s->state == SENDER_LOOKING)
		at = 0;
	if (s->down && !s->said && (!at || s->down + UNTOLD < at))
		at = s->down + UNTOLD;
	if (!at)
		return -1;
	return at > now ? (int)(at - now) : 0;
}

void sender_tick(struct sender *s)
{
	int64_t now = clock_ms();

	if (s->state == SENDER_READY && s->flying && s->moved + SILENCE <= now)
		doubt(s, "it does not answer");
	if (s->down && !s->said && s->down + UNTOLD <= now) {
		s->said = true;
		say(s, "is not available", s->why);
	}
	if (s->state == SENDER_DOWN && s->look_at && s->look_at <= now)
		look(s);
}

void sender_init(struct sender *s, struct jetstream *stream, const char *name,
    const struct sender_owner *owner, void *arg)
{
	*s = (struct sender){.stream = stream, .name = name, .owner = owner,
	    .arg = arg};
	s->live = 1;
	went_down(s, "no server is connected to");
}

void sender_release(struct sender *s)
{
	parcels_release(&s->window);
}
