/* SPDX-License-Identifier: ISC */
/* What was settled is taken, and each release goes through its steps. */
#include "live/release.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "io/timer.h"
#include "live/component.h"
#include "live/release-internal.h"

/* The outcome is journaled, or an arrival. */
static void keeper_answer(void *arg, struct question *q,
    const struct record *rec)
{
	struct releases *all = arg;
	struct item *i = (struct item *)(void *)q;

	(void)rec;
	if (i->kind == ITEM_RELEASE)
		release_free((struct release *)(void *)i);
	else
		item_free(all->proxy, i);
}

static void chars(struct buf *b, struct span escaped)
{
	buf_reset(b);
	stanza_unescape(b, escaped);
}

static void copy(struct buf *b, struct span s)
{
	buf_reset(b);
	buf_addspan(b, s);
}

/* The stanza that was held, a node of the tree. */
static void take_held(struct release *r, uint32_t held)
{
	const struct stanza *x = &r->all->x;
	struct span type = stanza_get(x, held, "type");

	copy(&r->stanza, x->node[held].raw);
	chars(&r->from, stanza_get(x, held, "from"));
	chars(&r->to, stanza_get(x, held, "to"));
	chars(&r->ident, stanza_get(x, held, "id"));
	if (!r->to.len)
		copy(&r->to, jid_bare(buf_span(&r->from)));
	r->message = stanza_is(x, held, NS_CLIENT, "message") &&
	    !span_is(type, "error") && r->from.len;
	r->groupchat = span_is(type, "groupchat");
	/* The tree is another one now. */
	r->message = r->message &&
	    !stanza_read(&r->all->x, buf_span(&r->stanza));
}

static void add(struct releases *all, const struct record *rec,
    const struct review *v, bool stray)
{
	struct release *r = mem_zalloc(sizeof(*r));
	int event = event_from(v->event);

	r->all = all;
	r->i.kind = ITEM_RELEASE;
	r->stray = stray;
	r->verdict = v->verdict;
	r->event = event < 0 ? EVENT_RECV : (enum event)event;
	memcpy(r->id, rec->field[RECORD_ID].p, UUID_LEN);
	copy(&r->by, v->by);
	copy(&r->rules, v->rules);
	copy(&r->time, v->time);
	copy(&r->why, v->why);
	take_held(r, v->held);
	stamp_read(rec->field[RECORD_TIME].p, rec->field[RECORD_TIME].n,
	    &r->when);
	r->old = r->when < all->proxy->started;
	map_add(&all->map, &r->node, (struct span){r->id, UUID_LEN});
	r->prev = all->last;
	if (all->last)
		all->last->next = r;
	else
		all->first = r;
	all->last = r;
	all->count++;
}

static void take(struct releases *all, const struct record *rec, bool stray)
{
	struct release *known = releases_find(all, rec->field[RECORD_ID]);
	struct review v;
	const char *why = stanza_read(&all->x, rec->field[RECORD_STANZA]);

	if (!why)
		why = review_read(&v, &all->x, &all->chars);
	if (why) {
		all->proxy->o.say("a review that %s is passed over", why);
		return;
	}
	if (v.verdict == REVIEW_ARRIVED && v.try.n == MARK_TRY)
		releases_note(all, v.ref, v.try);
	/* What is in hand may be handed out again with a new connection. */
	if ((v.verdict == REVIEW_RELEASE || v.verdict == REVIEW_REFUSE ||
		v.verdict == REVIEW_EXPIRED) && v.held != STANZA_NONE &&
	    !known)
		add(all, rec, &v, stray);
	if (known && known->unreported) {
		known->unreported = false;
		release_done(known);
	}
	releases_go(all);
}

static void keeper_stray(void *arg, const struct record *rec)
{
	struct releases *all = arg;

	if (rec->event == EVENT_REVIEW && rec->verdict == VERDICT_PASS)
		take(all, rec, false);
}

void releases_stray(struct releases *all, const struct record *rec)
{
	if (all && rec->verdict == VERDICT_DELIVER)
		take(all, rec, true);
}

/* It has told all that it knew. */
static void keeper_state(void *arg, enum pipeline_state state)
{
	struct releases *all = arg;

	if (state != PIPELINE_UP || all->known)
		return;
	all->known = true;
	releases_go_on(all);
}

static void keeper_ended(void *arg)
{
	struct releases *all = arg;

	all->ended = true;
}

static const struct pipeline_owner keeper_calls = {
    .answer = keeper_answer,
    .stray = keeper_stray,
    .state = keeper_state,
    .ended = keeper_ended,
};

bool releases_new(struct releases **made, struct proxy *p, struct buf *why)
{
	struct pipeline_config config = {.name = "the keeper of reviews",
	    .target = {.address = p->o.review},
	    .say = p->o.say};
	struct releases *all;
	const char *bad;
	struct digest *key;

	if (!p->o.review_key)
		return true;
	key = digest_from_file(p->o.review_key, &bad);
	if (!key) {
		buf_addf(why, "cannot use '%s': %s", p->o.review_key, bad);
		return false;
	}
	*made = all = mem_zalloc(sizeof(*all));
	all->proxy = p;
	all->key = key;
	all->plain = digest_new(NULL, 0);
	all->known = !p->o.review;
	if (!p->o.review)
		return true;
	buf_addf(&all->greeting, "# take %s\n", p->o.node);
	config.greeting = buf_str(&all->greeting);
	all->keeper = pipeline_new(p->base, p->loop, &config, &keeper_calls,
	    all);
	return true;
}

void release_free(struct release *r)
{
	struct releases *all = r->all;
	bool kept = r->step == RELEASE_DONE && !r->stray;

	pipeline_drop(kept ? all->keeper : all->proxy->pipeline, &r->i.q);
	release_step(r, RELEASE_DONE);
	if (r->prev)
		r->prev->next = r->next;
	else
		all->first = r->next;
	if (r->next)
		r->next->prev = r->prev;
	else
		all->last = r->prev;
	map_remove(&all->map, &r->node);
	all->count--;
	buf_release(&r->i.q.line);
	buf_release(&r->stanza);
	buf_release(&r->from);
	buf_release(&r->to);
	buf_release(&r->ident);
	buf_release(&r->by);
	buf_release(&r->rules);
	buf_release(&r->time);
	buf_release(&r->why);
	free(r);
}

void releases_end(struct releases *all)
{
	if (!all)
		return;
	if (all->keeper)
		pipeline_end(all->keeper);
	else
		all->ended = true;
}

bool releases_ended(const struct releases *all)
{
	return !all || all->ended;
}

/* What is not done the keeper hands out again. */
void releases_free(struct releases *all)
{
	struct question *q;

	if (!all)
		return;
	while (all->first)
		release_free(all->first);
	while (all->keeper && (q = pipeline_left(all->keeper))) {
		pipeline_drop(all->keeper, q);
		item_free(all->proxy, (struct item *)(void *)q);
	}
	pipeline_free(all->keeper);
	while (all->oldest) {
		struct seen *next = all->oldest->next;

		free(all->oldest);
		all->oldest = next;
	}
	map_release(&all->map);
	map_release(&all->seen);
	stanza_release(&all->x);
	buf_release(&all->greeting);
	buf_release(&all->chars);
	buf_release(&all->out);
	buf_release(&all->reason);
	buf_release(&all->scratch);
	buf_release(&all->ruling);
	digest_free(all->key);
	digest_free(all->plain);
	free(all);
}

struct release *releases_find(const struct releases *all, struct span id)
{
	struct map_node *node = map_find(&all->map, id);

	return node ? MAP_OWNER(node, struct release, node) : NULL;
}

size_t releases_pending(const struct releases *all)
{
	return all ? all->count : 0;
}

const char *releases_keeper(const struct releases *all)
{
	static const char *const states[] = {"down", "starting", "up"};

	return all && all->keeper ? states[pipeline_state(all->keeper)]
				  : NULL;
}
