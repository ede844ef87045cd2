/* SPDX-License-Identifier: ISC */
/* What reviewers at compliance servers settle: it goes on unasked, and what
 * becomes of it goes back to the server it came from. */
#include <stdlib.h>

#include "base/mem.h"
#include "broker/internal.h"
#include "io/async-out.h"
#include "record/review.h"

enum { GIVEN = 4096 };

struct given {
	struct map_node node;
	struct judge *by;
	char id[UUID_LEN];
};

static bool read_review(struct reviews *v, const struct record *r,
    struct review *to)
{
	buf_reset(&v->chars);
	return r->event == EVENT_REVIEW &&
	    !stanza_read(&v->stanza, r->field[RECORD_STANZA]) &&
	    !review_read(to, &v->stanza, &v->chars);
}

/* It may be given once more, by the same one or by another. */
static void remember(struct reviews *v, struct judge *j, struct span id)
{
	struct map_node *node = map_find(&v->by_id, id);
	struct given *g;

	if (node) {
		MAP_OWNER(node, struct given, node)->by = j;
		return;
	}
	if (!v->given)
		v->given = mem_zalloc(GIVEN * sizeof(*v->given));
	g = &v->given[v->count++ % GIVEN];
	map_remove(&v->by_id, &g->node);
	memcpy(g->id, id.p, UUID_LEN);
	g->by = j;
	map_add(&v->by_id, &g->node, (struct span){g->id, UUID_LEN});
}

bool broker_review(struct broker *b, struct judge *j, const struct record *r,
    struct span line)
{
	struct review review;

	if (b->config.notify || r->verdict >= VERDICT_DELIVER ||
	    !read_review(&b->reviews, r, &review) ||
	    review.verdict == REVIEW_DONE)
		return false;
	/* It is given again on another connection, then. */
	if (async_out_backlog(b->out) >= b->config.window_bytes) {
		judge_failed(j, 0, "what its reviewers settle is too much");
		return true;
	}
	remember(&b->reviews, j, r->field[RECORD_ID]);
	async_out_add(b->out, (struct span){line.p, line.n + 1});
	return true;
}

bool broker_outcome(
    struct broker *b, const struct record *r, struct judge **by)
{
	struct map_node *node;
	struct review review;

	*by = NULL;
	if (b->config.notify || !read_review(&b->reviews, r, &review) ||
	    (review.verdict != REVIEW_DONE &&
		review.verdict != REVIEW_ARRIVED))
		return false;
	node = map_find(&b->reviews.by_id, review.ref);
	if (node)
		*by = MAP_OWNER(node, struct given, node)->by;
	else if (b->judges == 1)
		*by = &b->judge[0];
	return true;
}

void reviews_release(struct reviews *v)
{
	map_release(&v->by_id);
	free(v->given);
	stanza_release(&v->stanza);
	buf_release(&v->chars);
}
