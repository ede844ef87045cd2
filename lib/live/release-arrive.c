/* SPDX-License-Identifier: ISC */
/* Marks, where what was released reaches its recipient. */
#include "live/release.h"

#include <stdlib.h>

#include "base/mem.h"
#include "live/release-internal.h"
#include "record/inner.h"

static struct seen *find(const struct releases *all, struct span id)
{
	struct map_node *node = map_find(&all->seen, id);

	return node ? MAP_OWNER(node, struct seen, node) : NULL;
}

struct span releases_try(const struct releases *all, struct span id)
{
	struct seen *s = find(all, id);

	return s ? (struct span){s->try, MARK_TRY} : (struct span){NULL, 0};
}

static void forget_oldest(struct releases *all)
{
	struct seen *s = all->oldest;

	all->oldest = s->next;
	map_remove(&all->seen, &s->node);
	free(s);
}

bool releases_note(struct releases *all, struct span id, struct span try)
{
	struct seen *s;

	if (find(all, id))
		return false;
	if (all->seen.count >= RELEASES_SEEN)
		forget_oldest(all);
	s = mem_zalloc(sizeof(*s));
	memcpy(s->id, id.p, UUID_LEN);
	memcpy(s->try, try.p, MARK_TRY);
	map_add(&all->seen, &s->node, (struct span){s->id, UUID_LEN});
	if (all->oldest)
		all->newest->next = s;
	else
		all->oldest = s;
	all->newest = s;
	return true;
}

/* It has come by that try: false if it came by another one. */
static bool take_try(struct releases *all, struct span id, struct span try)
{
	struct release *r = releases_find(all, id);

	if (releases_note(all, id, try)) {
		releases_report(all, id, try);
	} else if (!span_same(releases_try(all, id), try)) {
		all->proxy->count.discarded++;
		all->proxy->o.say("a second copy of what review %.*s released "
				  "is dropped", SPAN_ARG(id));
		return false;
	}
	if (r && (r->step == RELEASE_SENT || r->step == RELEASE_THERE))
		release_settle(r, OUTCOME_SENT, span_of(""));
	return true;
}

/* Servers prepare the addresses that clients write. */
static bool same_jid(struct span escaped, struct span jid)
{
	struct buf a = BUF_EMPTY, b = BUF_EMPTY, c = BUF_EMPTY;
	bool same;

	stanza_unescape(&c, jid_bare(escaped));
	same = span_same(buf_span(&c), jid) ||
	    (jid_prepare(&a, buf_span(&c)) && jid_prepare(&b, jid) &&
		span_same(buf_span(&a), buf_span(&b)));
	buf_release(&a);
	buf_release(&b);
	buf_release(&c);
	return same;
}

/* It is between the two that the mark names, or a room says it, which the mark
 * names as its addressee. */
static bool between(const struct stanza *x, uint32_t message,
    const struct mark *m)
{
	struct span from = stanza_get(x, message, "from");
	struct span to = stanza_get(x, message, "to");

	return same_jid(from, m->to) ||
	    (same_jid(from, m->from) && same_jid(to, m->to));
}

/* Whether that message is what the stanza says itself, or what the account's
 * own carbon or archive shows, or a room's. Anywhere else it is somebody's
 * quotation, and so it may be where nobody is named as addressee. */
static bool is_said(struct releases *all, uint32_t message)
{
	const struct stanza *x = &all->x;
	struct inner in;

	if (message == 0)
		return true;
	inner_read(&in, x, EVENT_RECV, &all->scratch);
	return (in.kind == INNER_CARBON || in.kind == INNER_ARCHIVE) &&
	    in.shown == message && !in.forged && stanza_get(x, 0, "to").p;
}

/* Whether a mark says that it is for here: those of others, as of a room of
 * another node's, are none of this node's business. */
static bool for_here(struct releases *all, uint32_t node)
{
	struct span to = stanza_get(&all->x, node, "to");
	struct buf jid = BUF_EMPTY;
	bool here;

	stanza_unescape(&jid, to);
	here = !to.p || releases_here(all, jid_bare(buf_span(&jid)));
	buf_release(&jid);
	return here;
}

static void forged(struct session *s, int way, struct ruling *ruling)
{
	s->proxy->o.say("session %.*s: the %s sent a mark of a release that is "
			"none: it is refused", RECORDER_TOKEN, s->token,
	    way == UP ? "client" : "server");
	ruling->verdict = VERDICT_REJECT;
	ruling->reason = span_of("forged-mark@node: it has a mark of release "
				 "that is not this node's");
}

/* Whether the marks in all.x that this node would have made are good. In
 * *first is the first of them, if there is one. */
static bool judge(struct session *s, struct mark *first, struct buf *chars)
{
	struct releases *all = s->proxy->releases;
	const struct stanza *x = &all->x;
	struct buf more = BUF_EMPTY;
	struct mark m;
	uint32_t node = STANZA_NONE;
	bool good = true;

	*first = (struct mark){.id = {NULL, 0}};
	while (good && (node = mark_next(x, node)) != STANZA_NONE) {
		struct mark *to = first->id.p ? &m : first;
		uint32_t on = x->node[node].parent;

		if (!is_said(all, on) || !for_here(all, node))
			continue;
		good = mark_read(to, all->key, x, node,
			   first->id.p ? &more : chars) &&
		    between(x, on, to);
	}
	buf_release(&more);
	return good;
}

/* Take them off proxy.canon; false if that is impossible. */
static bool strip(struct proxy *p)
{
	struct releases *all = p->releases;
	struct xml_scope none = {.open = BUF_EMPTY, .lang = BUF_EMPTY};

	buf_reset(&all->out);
	mark_strip(&all->out, &all->x);
	return !xml_element(p->xml, &none, buf_span(&all->out), &p->canon,
	    &p->root);
}

/* The reason by which hold rules are left out. */
static void give_reason(struct releases *all, const struct mark *m,
    struct ruling *ruling)
{
	struct review_reason reason = {.by = m->by,
	    .rules = m->rules,
	    .id = m->id,
	    .try = m->try};

	buf_reset(&all->ruling);
	review_reason_write(&all->ruling, &reason);
	ruling->reason = buf_span(&all->ruling);
	ruling->waits = !all->known;
}

bool release_look(struct session *s, int way, struct ruling *ruling)
{
	struct proxy *p = s->proxy;
	struct releases *all = p->releases;
	struct buf *chars = &all->chars;
	struct mark m;
	bool error = span_is(p->root.type, "error");

	if (stanza_read(&all->x, buf_span(&p->canon)))
		return true;
	if (mark_next(&all->x, STANZA_NONE) == STANZA_NONE)
		return true;
	/* What an error answers may be in it, with what makes it an error. */
	if (way == UP || (!error && !judge(s, &m, chars))) {
		forged(s, way, ruling);
		return true;
	}
	if (!strip(p))
		return false;
	if (error || !m.id.p)
		return true;
	give_reason(all, &m, ruling);
	return ruling->waits || take_try(all, m.id, m.try);
}

/* What waited in that queue: some of it is asked of now, the rest dropped. */
static void go_on(struct releases *all, struct session *s)
{
	bool waited = false;

	for (struct item *i = s->queue[DOWN].first; i; i = i->next) {
		struct review_reason reason;
		struct record rec;

		if (i->state != ITEM_WAITS)
			continue;
		waited = true;
		i->state = ITEM_HELD;
		if (record_parse(&rec, i->q.line.data, i->q.line.len - 1) ||
		    !review_reason_read(rec.field[RECORD_REASON], &reason) ||
		    take_try(all, reason.id, reason.try))
			continue;
		i->state = ITEM_READY;
		i->outcome = ITEM_REFUSED;
		buf_reset(&i->wire);
	}
	if (!waited)
		return;
	queue_ask_again(s, DOWN);
	queue_run(s, DOWN);
}

void releases_go_on(struct releases *all)
{
	struct session *next;

	for (struct session *s = all->proxy->sessions; s; s = next) {
		next = s->next;
		go_on(all, s);
	}
}
