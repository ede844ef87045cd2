/* SPDX-License-Identifier: ISC */
/* Bringing records into a stream in order. */
#include "ship/sender.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum {
	FLYING = 256,	/* messages that are not answered, at most */
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
	s->flying = 0;
	settle(s);
}

/* ---- doubt */

static void look(struct sender *s)
{
	s->doubtful = false;
	s->look_at = 0;
	s->state = SENDER_LOOKING;
	jetstream_look(s->stream);
}

/* What becomes of the messages that are under way is not known any more. */
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
		s->look_at = clock_ms();
}

/* Where the stream ends in a message of ours it should have all that were
 * before it. That is not relied on: they are sent again and known there by
 * their ids, but the stream does not grow by them. */
static void reconcile(struct sender *s, const char *id)
{
	const struct parcel *ending = NULL;

	for (struct parcel *p = s->window.first; p; p = p->next) {
		if (p->tried && id[0] && strcmp(p->id, id) == 0)
			ending = p;
		p->sent = false;
		p->again = false;
	}
	for (struct parcel *p = s->window.first; p && ending; p = p->next) {
		p->again = true;
		if (p == ending)
			break;
	}
	s->flying = 0;
}

static void found(struct sender *s, const struct jetstream_item *item)
{
	if (s->doubtful || !s->connected) {
		s->state = SENDER_DOWN;
		s->look_at = s->connected ? clock_ms() + PAUSE : 0;
		return;
	}
	s->state = SENDER_READY;
	s->last = item->seq;
	s->moved = clock_ms();
	reconcile(s, item->id);
	if (s->said)
		say(s, "is available", NULL);
	s->said = false;
	s->down = 0;
}

static void not_found(struct sender *s, const char *why)
{
	s->state = SENDER_DOWN;
	s->look_at = s->connected ? clock_ms() + PAUSE : 0;
	went_down(s, why);
}

/* ---- messages */

static struct parcel *find(struct sender *s, uint64_t number)
{
	struct parcel *p = s->window.first;

	while (p && p->number < number)
		p = p->next;
	return p && p->number == number ? p : NULL;
}

static void stored(struct sender *s, const struct jetstream_item *item)
{
	struct parcel *p = find(s, item->number);

	if (!p || p->stored)
		return;
	p->stored = true;
	if (p->sent && s->flying)
		s->flying--;
	s->moved = clock_ms();
	settle(s);
}

static void refused(struct sender *s, const struct jetstream_item *item)
{
	struct parcel *p = find(s, item->number);

	/* Those behind one that was refused are, too. */
	if (p && p->sent && !p->stored && s->state == SENDER_READY)
		doubt(s, item->text);
}

/* False: it was not sent. */
static bool send(struct sender *s, struct parcel *p)
{
	size_t largest = jetstream_largest(s->stream);
	struct jetstream_message m = {.number = p->number, .after = s->last};
	const char *why;

	parcels_seal(&s->window, p);
	if (largest && p->body.len + OVERHEAD > largest) {
		s->owner->refused(s->arg, p, "is larger than its servers take");
		buf_reset(&p->body);
		p->stored = true;
		return true;
	}
	m.subject = p->subject.data;
	m.id = p->id;
	m.data = buf_span(&p->body);
	if (!jetstream_send(s->stream, &m, &why)) {
		doubt(s, why);
		return false;
	}
	if (!s->flying)
		s->moved = clock_ms();
	p->sent = p->tried = true;
	s->last += !p->again;
	s->flying++;
	return true;
}

void sender_pump(struct sender *s)
{
	struct parcel *p = s->window.first;

	for (; p && s->state == SENDER_READY && s->flying < FLYING;
	    p = p->next) {
		if (p->kind != PARCEL_RECORDS || p->sent || p->stored)
			continue;
		if (!send(s, p))
			break;
	}
	settle(s);
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
	s->window.next = 1;
	went_down(s, "no server is connected to");
}

void sender_release(struct sender *s)
{
	parcels_release(&s->window);
}
