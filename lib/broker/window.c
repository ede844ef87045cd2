/* SPDX-License-Identifier: ISC */
/* What was read and has not been passed on. */
#include "broker/window.h"

#include <stdlib.h>

#include "base/mem.h"

enum { BYGONES = 4096 };

/* The records of a session, in order. */
struct turn {
	struct map_node node;
	struct inquiry *first, *last;
	char key[];
};

struct bygone {
	struct map_node node;
	const struct judge *by;
	char id[UUID_LEN];
};

void window_init(struct window *w, window_emit *emit, void *arg)
{
	*w = (struct window){.emit = emit, .arg = arg};
	w->bygone = mem_zalloc(BYGONES * sizeof(*w->bygone));
}

static void free_inquiry(struct inquiry *q)
{
	buf_release(&q->answer);
	free(q);
}

void window_release(struct window *w)
{
	struct inquiry *q, *next;

	for (q = w->first; q; q = next) {
		next = q->next;
		if (q->turn && q->turn->last == q)
			free(q->turn);
		free_inquiry(q);
	}
	map_release(&w->inquiries);
	map_release(&w->turns);
	map_release(&w->past);
	free(w->bygone);
}

/* ---- in */

/* Node and session, with the TAB between them. */
static struct span turn_key(const struct record *r)
{
	const char *from = r->field[RECORD_NODE].p;
	struct span session = r->field[RECORD_SESSION];

	return (struct span){from, (size_t)(session.p + session.n - from)};
}

static void line_up(struct window *w, struct inquiry *q)
{
	struct span key = turn_key(&q->record);
	struct map_node *node = map_find(&w->turns, key);
	struct turn *t = node ? MAP_OWNER(node, struct turn, node) : NULL;

	if (!t) {
		t = mem_alloc(sizeof(*t) + key.n);
		*t = (struct turn){.first = NULL};
		memcpy(t->key, key.p, key.n);
		map_add(&w->turns, &t->node, (struct span){t->key, key.n});
	}
	if (t->last)
		t->last->behind = q;
	else
		t->first = q;
	t->last = q;
	q->turn = t;
}

static struct inquiry *make(enum inquiry_kind kind, struct span line)
{
	struct inquiry *q = mem_alloc(sizeof(*q) + line.n + 1);

	*q = (struct inquiry){.kind = kind, .len = line.n + 1};
	memcpy(q->text, line.p, line.n);
	q->text[line.n] = '\n';
	return q;
}

static bool enter(struct window *w, struct inquiry *q)
{
	struct span id;
	struct inquiry *twin;

	if (q->kind == INQUIRY_COMMENT)
		return true;
	if (q->kind == INQUIRY_PING) {
		uuid_token(q->token, INQUIRY_TOKEN);
		map_add(&w->inquiries, &q->node,
		    (struct span){q->token, INQUIRY_TOKEN});
		return true;
	}
	id = q->record.field[RECORD_ID];
	twin = window_find(w, id);
	/* Two may be asked at once only if either answer fits both. */
	if (twin && !(twin->len == q->len &&
	    memcmp(twin->text, q->text, q->len) == 0))
		return false;
	map_add(&w->inquiries, &q->node, id);
	line_up(w, q);
	return true;
}

struct inquiry *window_put(struct window *w, enum inquiry_kind kind,
    struct span line, const struct record *r)
{
	struct inquiry *q = make(kind, line);

	if (r) {
		q->record = *r;
		record_move(&q->record, line.p, q->text);
	}
	if (!enter(w, q)) {
		free_inquiry(q);
		return NULL;
	}
	q->prev = w->last;
	if (w->last)
		w->last->next = q;
	else
		w->first = q;
	w->last = q;
	w->count++;
	w->bytes += q->len;
	return q;
}

struct inquiry *window_find(const struct window *w, struct span key)
{
	struct map_node *node = map_find(&w->inquiries, key);

	return node ? MAP_OWNER(node, struct inquiry, node) : NULL;
}

/* ---- out */

bool window_knows(const struct window *w, struct span id,
    const struct judge **by)
{
	struct map_node *node = map_find(&w->past, id);

	*by = node ? MAP_OWNER(node, struct bygone, node)->by : NULL;
	return node != NULL;
}

static void remember(struct window *w, const struct inquiry *q)
{
	struct span id = q->record.field[RECORD_ID];
	struct bygone *b = &w->bygone[w->bygones++ % BYGONES];

	map_remove(&w->past, &b->node);
	memcpy(b->id, id.p, UUID_LEN);
	b->by = q->judge;
	map_add(&w->past, &b->node, (struct span){b->id, UUID_LEN});
}

static void leave(struct window *w, struct inquiry *q, struct span answer)
{
	if (answer.n == 0)
		answer = (struct span){q->text, q->len};
	if (!q->dropped)
		w->emit(w->arg, answer);
	if (q->prev)
		q->prev->next = q->next;
	else
		w->first = q->next;
	if (q->next)
		q->next->prev = q->prev;
	else
		w->last = q->prev;
	w->count--;
	w->bytes -= q->len + q->answer.len;
	free_inquiry(q);
}

/* Those of the session behind it that have waited for it. */
static void advance_turn(struct window *w, struct turn *t)
{
	struct inquiry *q;

	while ((q = t->first) && q->answered) {
		t->first = q->behind;
		leave(w, q, buf_span(&q->answer));
	}
	if (t->first)
		return;
	map_remove(&w->turns, &t->node);
	free(t);
}

static void advance_others(struct window *w)
{
	while (w->first && w->first->kind != INQUIRY_RECORD &&
	    w->first->answered)
		leave(w, w->first, (struct span){NULL, 0});
}

void window_answer(struct window *w, struct inquiry *q, struct span line)
{
	struct turn *t = q->turn;

	q->answered = true;
	if (q->kind != INQUIRY_COMMENT)
		map_remove(&w->inquiries, &q->node);
	if (q->kind == INQUIRY_RECORD) {
		remember(w, q);
		if (t->first == q) {
			t->first = q->behind;
			leave(w, q, line);
			advance_turn(w, t);
		} else {
			buf_addspan(&q->answer, line);
			w->bytes += line.n;
		}
	}
	advance_others(w);
}
