/* SPDX-License-Identifier: ISC */
/* Handing out what is settled, to the node that is to see to it. */
#include <string.h>

#include "review/keeper-internal.h"

/* The node that came last, of those it is for. */
static struct client *taker(const struct keeper *k, const struct settled *d)
{
	struct client *c = k->clients;

	while (c && !(c->node &&
		    (!c->node_name || !d->node_name ||
			strcmp(c->node_name, d->node_name) == 0)))
		c = c->next;
	return c;
}

/* Write a review of it that nobody asked for. */
static void write_outcome(struct keeper *k, const struct settled *d,
    struct review v)
{
	v.ref = (struct span){d->id, UUID_LEN};
	buf_reset(&k->line);
	buf_reset(&k->why);
	rules_outcome(&k->line, d->node_name, &v);
	if (!keeper_write(k, buf_span(&k->line), NULL, &k->why))
		k->config.say("review '%.*s': what becomes of it %s",
		    UUID_LEN, d->id, buf_str(&k->why));
}

static void write_arrival(struct keeper *k, const struct settled *d)
{
	write_outcome(k, d, (struct review){.verdict = REVIEW_ARRIVED,
			       .try = span_of(d->try)});
}

/* Whoever it was handed to may have sent it. What has arrived was sent; of
 * anything else it is on record that it may be sent twice, before it can be. */
static void hand_again(struct keeper *k, struct settled *d)
{
	if (d->verdict != REVIEW_RELEASE)
		return;
	if (!d->try) {
		write_outcome(k, d, (struct review){.verdict = REVIEW_AGAIN});
		return;
	}
	if (d->again && !d->arrived.len)
		write_arrival(k, d);
	write_outcome(k, d, (struct review){.verdict = REVIEW_DONE,
			       .outcome = span_of("sent"),
			       .why = span_of("it has arrived")});
}

static void count(struct keeper *k)
{
	for (struct client *c = k->clients; c; c = c->next)
		c->has = c->has_bytes = 0;
	for (struct settled *d = k->holds.undone; d; d = d->next) {
		struct client *c = taker(k, d);

		if (!c || c != d->with)
			continue;
		c->has++;
		c->has_bytes += d->line.len;
	}
}

/* One that has nothing in hand gets the next, however large it is. */
static bool has_room(const struct client *c, const struct settled *d)
{
	return !c->has || (c->has < KEEPER_WINDOW &&
		c->has_bytes + d->line.len <= KEEPER_WINDOW_BYTES);
}

/* Choose what is to be handed out now, and put on record what is once more. */
static void choose(struct keeper *k)
{
	struct settled *next;

	for (struct settled *d = k->holds.undone; d && !k->end.fault;
	     d = next) {
		struct client *c = taker(k, d);

		next = d->next;
		if (!c || c == d->with || !has_room(c, d))
			continue;
		if (d->handed)
			hand_again(k, d);
		if (d->done)
			continue;
		d->with = c;
		d->due = true;
		c->has++;
		c->has_bytes += d->line.len;
	}
}

void keeper_hand_out(struct keeper *k)
{
	count(k);
	choose(k);
	keeper_commit(k);
	for (struct settled *d = k->holds.undone; d && !k->end.fault;
	     d = d->next) {
		struct client *c = taker(k, d);

		if (!c || !d->due)
			continue;
		d->due = false;
		d->handed = true;
		link_write(c->link, d->line.data, d->line.len);
	}
}

void keeper_greet(struct keeper *k, struct client *c)
{
	struct settled *d;

	for (d = k->holds.settled; d; d = d->after) {
		if (d->again && d->try && !d->arrived.len)
			write_arrival(k, d);
	}
	keeper_commit(k);
	for (d = k->holds.settled; d; d = d->after) {
		if (d->again && d->arrived.len && taker(k, d) == c)
			link_write(c->link, d->arrived.data, d->arrived.len);
	}
}

void keeper_forget(struct keeper *k, const struct client *c)
{
	for (struct settled *d = k->holds.undone; d; d = d->next) {
		if (d->with == c)
			d->with = NULL;
	}
}
