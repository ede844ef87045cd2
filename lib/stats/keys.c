/* SPDX-License-Identifier: ISC */
/* Under what a record is counted. */
#include "stats/keys.h"

#include <string.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "xml/jid.h"

enum { MINUTE = sizeof(((struct keys *)0)->minute) };

static void add(struct values *v, struct span value)
{
	for (size_t i = 0; i < v->count; i++) {
		if (span_same(v->value[i], value))
			return;
	}
	if (v->count == v->cap) {
		v->cap = v->cap ? 2 * v->cap : 8;
		v->value = mem_resize(v->value, v->cap, sizeof(*v->value));
	}
	v->value[v->count++] = value;
}

/* Clocks are set by quarters of an hour, so within a minute nothing changes. */
static void see_time(struct keys *k, const struct record *r)
{
	struct span time = r->field[RECORD_TIME];
	char local[STAMP_LEN];
	int64_t micros;

	if (memcmp(k->minute, time.p, MINUTE) == 0)
		return;
	memcpy(k->minute, time.p, MINUTE);
	memcpy(local, time.p, STAMP_LEN);
	if (k->zone && stamp_read(time.p, time.n, &micros))
		stamp_write(local, zone_local(k->zone, micros));
	memcpy(k->day, local, sizeof(k->day));
	memcpy(k->hour, local + sizeof(k->day) + 1, sizeof(k->hour));
}

static const char *day(struct keys *k, const struct record *r,
    struct values *v)
{
	see_time(k, r);
	add(v, (struct span){k->day, sizeof(k->day)});
	return NULL;
}

static const char *hour(struct keys *k, const struct record *r,
    struct values *v)
{
	see_time(k, r);
	add(v, (struct span){k->hour, sizeof(k->hour)});
	return NULL;
}

static const char *rule(struct keys *k, const struct record *r,
    struct values *v)
{
	struct span rest = r->field[RECORD_REASON];
	struct reason reason;

	(void)k;
	while (reason_next(&rest, &reason))
		add(v, reason.rule);
	if (!v->count)
		add(v, (struct span){"", 0});
	return NULL;
}

static const char *verdict(struct keys *k, const struct record *r,
    struct values *v)
{
	(void)k;
	add(v, r->verdict == VERDICT_NONE ? (struct span){"", 0}
					  : r->field[RECORD_VERDICT]);
	return NULL;
}

static const char *node(struct keys *k, const struct record *r,
    struct values *v)
{
	(void)k;
	add(v, r->field[RECORD_NODE]);
	return NULL;
}

static const char *event(struct keys *k, const struct record *r,
    struct values *v)
{
	(void)k;
	add(v, r->field[RECORD_EVENT]);
	return NULL;
}

/* What is no JID counts as what it is. */
static void add_senders(const struct participants *p, struct values *v)
{
	const struct participant_list *from = &p->side[PARTICIPANTS_FROM];

	for (size_t i = 0; i < from->count; i++) {
		const struct participant *one = &from->participant[i];

		add(v, one->jid.p ? jid_bare(one->jid) : one->raw);
	}
}

static const char *user(struct keys *k, const struct record *r,
    struct values *v)
{
	size_t trees = record_absent(r, RECORD_ORIGINAL) ? 1 : 2;
	struct span only;

	if (sender_only(&k->lately, r, &only)) {
		add(v, only);
		return NULL;
	}
	for (size_t i = 0; i < trees; i++) {
		if (stanza_read(&k->tree[i], r->field[RECORD_STANZA + i]))
			return "its stanza is not in canonical form";
		participants_collect(&k->senders[i], &k->tree[i], r->event);
	}
	for (size_t i = 0; i < trees; i++)
		add_senders(&k->senders[i], v);
	if (!v->count)
		add(v, (struct span){"", 0});
	return NULL;
}

static int verdict_rank(struct span value)
{
	return verdict_from(value);
}

static int event_rank(struct span value)
{
	return event_from(value);
}

static int no_rank(struct span value)
{
	(void)value;
	return 0;
}

static const struct key {
	const char *name;
	const char *(*values)(struct keys *, const struct record *,
	    struct values *);
	int (*rank)(struct span); /* NULL: the largest first */
} keys[STATS_KEYS] = {
    [STATS_DAY] = {"day", day, no_rank},
    [STATS_HOUR] = {"hour", hour, no_rank},
    [STATS_USER] = {"user", user, NULL},
    [STATS_RULE] = {"rule", rule, NULL},
    [STATS_VERDICT] = {"verdict", verdict, verdict_rank},
    [STATS_NODE] = {"node", node, NULL},
    [STATS_EVENT] = {"event", event, event_rank},
};

const char *stats_key_name(enum stats_key k)
{
	return keys[k].name;
}

int stats_key_from(struct span word)
{
	for (int k = 0; k < STATS_KEYS; k++) {
		if (span_is(word, keys[k].name))
			return k;
	}
	return -1;
}

bool stats_key_ordered(enum stats_key k)
{
	return keys[k].rank;
}

int stats_key_rank(enum stats_key k, struct span value)
{
	return keys[k].rank ? keys[k].rank(value) : 0;
}

void keys_release(struct keys *k)
{
	for (size_t i = 0; i < 2; i++) {
		stanza_release(&k->tree[i]);
		participants_release(&k->senders[i]);
	}
	senders_release(&k->lately);
	*k = (struct keys){0};
}

const char *keys_values(struct keys *k, enum stats_key key,
    const struct record *r, struct values *v)
{
	v->count = 0;
	return keys[key].values(k, r, v);
}
