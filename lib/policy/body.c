/* SPDX-License-Identifier: ISC */
/* What the conditions on a body find in the texts at hand. */
#include "base/mem.h"
#include "base/percent.h"
#include "policy/explain.h"
#include "policy/judge.h"
#include "xml/jid.h"

enum { PARTS_MAX = 256 };

/* Whether these bytes of the stanza are in a child of its root that holds what
 * its sender says. */
static bool spoken(const struct stanza *s, uint32_t *child, const char *p)
{
	const struct stanza_node *n;

	for (;; *child = n->next) {
		if (*child == STANZA_NONE)
			return false;
		n = &s->node[*child];
		if (p < n->raw.p + n->raw.n)
			break;
	}
	return p >= n->raw.p &&
	    (span_is(n->local, "body") || span_is(n->local, "subject") ||
		span_is(n->local, "html"));
}

static void find_parts(struct judged *j)
{
	const struct texts *t = &j->texts;
	uint32_t child = j->stanza.node[0].child;

	j->parts = 0;
	for (size_t i = 0; i < t->count && j->parts < PARTS_MAX; i++) {
		const struct text_piece *piece = &t->piece[t->text[i].piece];

		if (!t->text[i].pieces || piece->attribute ||
		    !spoken(&j->stanza, &child, piece->raw.p))
			continue;
		if (j->parts == j->part_cap) {
			j->part_cap = j->part_cap ? 2 * j->part_cap : 8;
			j->part = mem_resize(
			    j->part, j->part_cap, sizeof(*j->part));
			j->spoken = mem_resize(
			    j->spoken, j->part_cap, sizeof(*j->spoken));
		}
		j->spoken[j->parts] = texts_at(t, i);
		j->part[j->parts++] = i;
	}
}

void body_begin(struct policy *p)
{
	struct judged *j = &p->judged;

	lexicon_begin(p->lexicon, &j->texts);
	if (!p->resembles)
		return;
	find_parts(j);
	resembles_begin(p->resembles, &j->texts, j->part, j->parts);
}

static int text_in_set(
    struct policy *p, const struct condition *c, size_t set, size_t text)
{
	int has = lexicon_has(p->lexicon, set, text), more;

	if (c->how != BODY_RESEMBLES || has == 1)
		return has;
	more = resembles_has(p->resembles, set, text);
	return more != 0 ? more : has;
}

int text_in_sets(struct policy *p, const struct condition *c, size_t text)
{
	int result = 0;

	for (size_t i = 0; i < c->count && result != 1; i++) {
		int has = text_in_set(p, c, c->sets[i], text);

		if (has != 0)
			result = has;
	}
	return result;
}

bool body_count(struct policy *p, const struct condition *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++)
		n += lexicon_count(p->lexicon, c->sets[i]);
	return n >= c->least;
}

struct crossing {
	struct judged *judged;
	const struct across_row *row;
	size_t lane, count;
	struct resembles_joined first;
	struct cuts *cuts;
};

static void cross(void *context, const struct resembles_joined *found)
{
	struct crossing *x = context;
	size_t text = x->judged->part[x->row->own[x->lane]];

	if (!x->count++)
		x->first = *found;
	if (x->cuts)
		cuts_add(
		    x->cuts, (struct cut){text, found->at, found->len});
}

/* What goes over several messages; cuts, seen: NULL, or for it. */
static int find_across(struct policy *p, const struct condition *c,
    struct cuts *cuts, struct buf *seen)
{
	struct judged *j = &p->judged;
	struct crossing x = {.judged = j, .cuts = cuts};
	struct buf none = BUF_EMPTY;
	int result = 0;

	if (c->across)
		x.row = across_look(
		    p->across, j->record, &j->stanza, j->spoken, j->parts);
	for (; x.row && x.lane < x.row->lanes; x.lane++) {
		struct resembles_row row = {x.row->text[x.lane], x.row->count,
		    x.row->now, c->across};

		for (size_t i = 0; i < c->count && !(seen && x.count); i++) {
			int rc = resembles_row(p->resembles, c->sets[i], &row,
			    cross, &x, seen ? seen : &none);

			result = rc && result != 1 ? rc : result;
		}
	}
	buf_release(&none);
	for (size_t i = x.first.first; seen && x.count && i <= x.first.last;
	     i++) {
		buf_adds(seen, i == x.first.first ? ", over " : ", ");
		buf_addspan(seen, x.row->id[i]);
	}
	return result;
}

int body_across(struct policy *p, const struct condition *c)
{
	return find_across(p, c, NULL, NULL);
}

void body_keep(struct policy *p)
{
	struct judged *j = &p->judged;

	if (!p->across || !stanza_is(&j->stanza, 0, NULL, "message"))
		return;
	judged_texts(p);
	across_keep(p->across, j->record, &j->stanza, j->spoken, j->parts);
}

/* A name of a host as it is written in an address. */
static bool url_wanted(void *context, struct span host)
{
	struct url_to *u = context;
	struct buf prepared = BUF_EMPTY;
	struct table_key key;
	bool met = false, known;

	buf_reset(&u->host);
	percent_decode(&u->host, host);
	known = jid_prepare(&prepared, buf_span(&u->host));
	if (known) {
		table_key_set(&key, buf_span(&prepared));
		for (size_t i = 0; i < u->count && !met; i++)
			met = table_has(u->tables[i], &key);
	}
	buf_release(&prepared);
	return met != u->negated;
}

void body_urls(struct policy *p, struct condition *c, size_t set)
{
	lexicon_urls(p->lexicon, set, url_wanted, &c->url, !c->url.negated);
}

bool body_cuts(struct policy *p, const struct condition *c, struct cuts *cuts)
{
	for (size_t i = 0; i < c->count; i++) {
		if (lexicon_cuts(p->lexicon, c->sets[i], cuts) < 0)
			return false;
		if (c->how == BODY_RESEMBLES &&
		    resembles_cuts(p->resembles, c->sets[i], cuts) < 0)
			return false;
	}
	return find_across(p, c, cuts, NULL) >= 0;
}

static bool condition_seen(
    struct policy *p, const struct condition *c, struct buf *b)
{
	for (size_t i = 0; i < c->count; i++) {
		if (resembles_tell(
			p->resembles, c->sets[i], SIZE_MAX, b, NULL, 0))
			return true;
	}
	return find_across(p, c, NULL, b) > 0;
}

void body_seen(struct policy *p, const struct rule *r, struct buf *b)
{
	for (size_t i = 0; i < r->conditions; i++) {
		const struct condition *c = &r->condition[i];
		size_t before = b->len;

		if (c->kind != ON_BODY || c->how != BODY_RESEMBLES ||
		    c->negated)
			continue;
		judged_texts(p);
		if (before)
			buf_adds(b, ", ");
		if (!condition_seen(p, c, b))
			b->len = before;
	}
}

void body_steps(
    struct policy *p, const struct condition *c, struct buf *b, int indent)
{
	struct buf seen = BUF_EMPTY, steps = BUF_EMPTY;

	if (c->how != BODY_RESEMBLES)
		return;
	for (size_t i = 0; i < c->count; i++) {
		buf_reset(&seen);
		buf_reset(&steps);
		if (!resembles_tell(p->resembles, c->sets[i], SIZE_MAX, &seen,
			&steps, indent + 2))
			continue;
		buf_addf(b, "%*s%.*s\n", indent, "",
		    SPAN_ARG(buf_span(&seen)));
		buf_addspan(b, buf_span(&steps));
	}
	buf_reset(&seen);
	if (find_across(p, c, NULL, &seen) > 0)
		buf_addf(b, "%*s%.*s\n", indent, "",
		    SPAN_ARG(buf_span(&seen)));
	buf_release(&seen);
	buf_release(&steps);
}
