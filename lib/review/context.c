/* SPDX-License-Identifier: ISC */
/* The conversation around records: for each that is asked for, its last
 * messages are kept as they come, until the record itself does. */
#include "review/context.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "review/talk.h"

enum { RECENT = 64 }; /* messages of which copies are known again */

struct line {
	char *text;
	size_t len;
	uint64_t hash;
	size_t order;
	bool shown;  /* it is, and stays */
	bool recent; /* it is among the last ones of its conversation */
};

struct want;

struct conversation {
	struct map_node node;
	struct buf key;
	struct line **last; /* a ring of them */
	size_t first, lasts;
	uint64_t hash[RECENT];
	size_t hashes;
	struct want *open; /* those that want what comes after */
};

struct want {
	struct map_node node;
	char id[UUID_LEN];
	struct conversation *in; /* NULL: in none */
	struct want *next;	 /* that is open */
	struct span *before, *after;
	size_t befores, afters;
	bool seen;
};

struct context {
	size_t n, order;
	struct map wants, conversations;
	struct line **shown; /* in order */
	size_t showns, shown_cap;
	struct talk talk;
};

struct context *context_new(size_t n)
{
	struct context *c = mem_zalloc(sizeof(*c));

	c->n = n < CONTEXT_MAX ? n : CONTEXT_MAX;
	return c;
}

static void line_free(struct line *l)
{
	free(l->text);
	free(l);
}

static void free_conversation(struct map_node *n)
{
	struct conversation *t = MAP_OWNER(n, struct conversation, node);

	for (size_t i = 0; i < t->lasts; i++) {
		if (!t->last[i]->shown)
			line_free(t->last[i]);
	}
	free(t->last);
	buf_release(&t->key);
	free(t);
}

static void free_want(struct map_node *n)
{
	struct want *w = MAP_OWNER(n, struct want, node);

	free(w->before);
	free(w->after);
	free(w);
}

static void free_all(struct map *m, void (*one)(struct map_node *))
{
	for (size_t i = 0; i < m->slots; i++) {
		struct map_node *n = m->slot[i], *next;

		for (; n; n = next) {
			next = n->next;
			one(n);
		}
	}
	map_release(m);
}

void context_free(struct context *c)
{
	if (!c)
		return;
	free_all(&c->conversations, free_conversation);
	free_all(&c->wants, free_want);
	for (size_t i = 0; i < c->showns; i++)
		line_free(c->shown[i]);
	free(c->shown);
	talk_release(&c->talk);
	free(c);
}

static struct conversation *find_conversation(const struct context *c)
{
	struct map_node *n = map_find(&c->conversations,
	    buf_span(&c->talk.key));

	return n ? MAP_OWNER(n, struct conversation, node) : NULL;
}

static struct conversation *add_conversation(struct context *c)
{
	struct conversation *t = mem_zalloc(sizeof(*t));

	buf_addspan(&t->key, buf_span(&c->talk.key));
	map_add(&c->conversations, &t->node, buf_span(&t->key));
	if (c->n)
		t->last = mem_resize(NULL, c->n, sizeof(struct line *));
	return t;
}

static struct want *find_want(const struct context *c, struct span id)
{
	struct map_node *n = map_find(&c->wants, id);

	return n ? MAP_OWNER(n, struct want, node) : NULL;
}

void context_want(struct context *c, const struct record *r)
{
	struct span id = r->field[RECORD_ID];
	struct want *w;

	if (find_want(c, id))
		return;
	w = mem_zalloc(sizeof(*w));
	memcpy(w->id, id.p, sizeof(w->id));
	map_add(&c->wants, &w->node, (struct span){w->id, sizeof(w->id)});
	if (!talk_read(&c->talk, r))
		return;
	w->in = find_conversation(c);
	if (!w->in)
		w->in = add_conversation(c);
}

static struct line *new_line(struct context *c, struct span text)
{
	struct line *l = mem_zalloc(sizeof(*l));

	l->text = mem_dup(text.p, text.n);
	l->len = text.n;
	l->order = c->order++;
	return l;
}

static struct span line_text(const struct line *l)
{
	return (struct span){l->text, l->len};
}

/* What is shown late has come not long ago: its place is near the end. */
static void show(struct context *c, struct line *l)
{
	size_t i = c->showns;

	if (l->shown)
		return;
	l->shown = true;
	if (c->showns == c->shown_cap) {
		c->shown_cap = c->shown_cap ? 2 * c->shown_cap : 64;
		c->shown = mem_resize(c->shown, c->shown_cap,
		    sizeof(*c->shown));
	}
	for (; i && c->shown[i - 1]->order > l->order; i--)
		c->shown[i] = c->shown[i - 1];
	c->shown[i] = l;
	c->showns++;
}

static void keep_last(struct context *c, struct conversation *t,
    struct line *l)
{
	struct line **place;

	if (!c->n)
		return;
	place = &t->last[(t->first + t->lasts) % c->n];
	if (t->lasts == c->n) {
		(*place)->recent = false;
		if (!(*place)->shown)
			line_free(*place);
		t->first = (t->first + 1) % c->n;
	} else {
		t->lasts++;
	}
	*place = l;
	l->recent = true;
}

/* Whether a copy of it came not long ago; if not, it has now. */
static bool is_copy(struct conversation *t, uint64_t hash)
{
	for (size_t i = 0; hash && i < t->hashes && i < RECENT; i++) {
		if (t->hash[i] == hash)
			return true;
	}
	if (hash)
		t->hash[t->hashes++ % RECENT] = hash;
	return false;
}

/* The record that was asked for is here: what came before is known. */
static void begin(struct context *c, struct want *w, const struct line *l)
{
	struct conversation *t = w->in;

	w->before = c->n ? mem_resize(NULL, c->n, sizeof(struct span)) : NULL;
	w->after = c->n ? mem_resize(NULL, c->n, sizeof(struct span)) : NULL;
	for (size_t i = 0; i < t->lasts; i++) {
		struct line *before = t->last[(t->first + i) % c->n];

		/* It may have been sent before it was held on its way in. */
		if (l->hash && before->hash == l->hash)
			continue;
		show(c, before);
		w->before[w->befores++] = line_text(before);
	}
	if (c->n) {
		w->next = t->open;
		t->open = w;
	}
}

/* Those that were asked for want what comes after them. */
static void go_on(struct context *c, struct conversation *t, struct line *l)
{
	struct want **p = &t->open;

	while (*p) {
		struct want *w = *p;

		show(c, l);
		w->after[w->afters++] = line_text(l);
		if (w->afters == c->n)
			*p = w->next;
		else
			p = &w->next;
	}
}

void context_add(struct context *c, const struct record *r, struct span text)
{
	struct want *w = find_want(c, r->field[RECORD_ID]);
	bool of_one = talk_read(&c->talk, r), copy;
	struct conversation *t = of_one ? find_conversation(c) : NULL;
	struct line *l;

	if (w && w->seen)
		return;
	if (w)
		w->seen = true;
	if (!w && (!t || !c->talk.spoken))
		return;
	copy = t && is_copy(t, c->talk.hash);
	if (copy && !w)
		return;
	l = new_line(c, text);
	l->hash = t ? c->talk.hash : 0;
	if (w)
		show(c, l);
	if (t && !copy)
		go_on(c, t, l);
	if (w && w->in)
		begin(c, w, l);
	if (t && !copy)
		keep_last(c, t, l);
	if (!l->shown && !l->recent)
		line_free(l);
}

bool context_around(const struct context *c, struct span id,
    struct context_lines *lines)
{
	const struct want *w = find_want(c, id);

	*lines = (struct context_lines){NULL, NULL, 0, 0};
	if (!w)
		return false;
	*lines = (struct context_lines){w->before, w->after, w->befores,
	    w->afters};
	return true;
}

size_t context_count(const struct context *c)
{
	return c->showns;
}

struct span context_line(const struct context *c, size_t i)
{
	return line_text(c->shown[i]);
}
