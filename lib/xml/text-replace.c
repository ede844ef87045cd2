/* SPDX-License-Identifier: ISC */
/* Texts: putting other words in their place. */
#include "xml/text.h"

#include <stdlib.h>

#include "base/mem.h"

/* A part of one piece that goes. */
struct edit {
	const struct text_piece *piece;
	size_t from, to; /* unescaped, in the piece */
	bool head;       /* the replacement goes here */
};

struct edits {
	struct edit *edit;
	size_t count, cap;
};

void cuts_add(struct cuts *c, struct cut cut)
{
	if (c->count == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 16;
		c->cut = mem_resize(c->cut, c->cap, sizeof(*c->cut));
	}
	c->cut[c->count++] = cut;
}

void cuts_release(struct cuts *c)
{
	if (!c)
		return;
	free(c->cut);
	*c = (struct cuts){0};
}

static int order(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int by_place(const void *a, const void *b)
{
	const struct cut *x = a, *y = b;

	return x->text != y->text ? order(x->text, y->text)
				  : order(x->at, y->at);
}

/* Two texts can hold the same piece of the stanza, so by its bytes. */
static int by_bytes(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;
	const char *p = x->piece->raw.p, *q = y->piece->raw.p;

	return p != q ? (p > q) - (p < q) : order(x->from, y->from);
}

static void add_edit(struct edits *e, struct edit edit)
{
	if (e->count == e->cap) {
		e->cap = e->cap ? e->cap * 2 : 16;
		e->edit = mem_resize(e->edit, e->cap, sizeof(*e->edit));
	}
	e->edit[e->count++] = edit;
}

/* A cut may begin in one piece and end in another. */
static void map_cut(struct edits *e, const struct texts *t, struct cut c)
{
	const struct text *text = &t->text[c.text];
	size_t from = text->at + c.at, to = from + c.len;
	bool head = true;

	for (size_t i = text->piece; i < text->piece + text->pieces; i++) {
		const struct text_piece *p = &t->piece[i];
		size_t a = from > p->at ? from : p->at;
		size_t b = to < p->at + p->len ? to : p->at + p->len;

		if (a >= b)
			continue;
		add_edit(e, (struct edit){p, a - p->at, b - p->at, head});
		head = false;
	}
}

/* The cuts in order, with those made one that overlap. */
static void map_cuts(
    struct edits *e, const struct texts *t, const struct cuts *cuts)
{
	struct cut *c = mem_resize(NULL, cuts->count, sizeof(*c));
	size_t n = 0;

	for (size_t i = 0; i < cuts->count; i++) {
		if (cuts->cut[i].len)
			c[n++] = cuts->cut[i];
	}
	qsort(c, n, sizeof(*c), by_place);
	for (size_t i = 0, j; i < n; i = j) {
		struct cut all = c[i];

		for (j = i + 1; j < n && c[j].text == all.text &&
				c[j].at < all.at + all.len;
		     j++) {
			if (c[j].at + c[j].len > all.at + all.len)
				all.len = c[j].at + c[j].len - all.at;
		}
		map_cut(e, t, all);
	}
	free(c);
}

static size_t merge(struct edits *e)
{
	size_t kept = 0, heads = 0;

	qsort(e->edit, e->count, sizeof(*e->edit), by_bytes);
	for (size_t i = 0; i < e->count; i++) {
		struct edit *last = kept ? &e->edit[kept - 1] : NULL;
		struct edit *x = &e->edit[i];

		if (last && last->piece->raw.p == x->piece->raw.p &&
		    x->from < last->to) {
			last->head |= x->head;
			last->to = x->to > last->to ? x->to : last->to;
		} else {
			e->edit[kept++] = *x;
		}
	}
	e->count = kept;
	for (size_t i = 0; i < kept; i++)
		heads += e->edit[i].head;
	return heads;
}

/* Build in b, unescaped, what becomes of the piece of e[0]; returns how many
 * of the edits are of that piece. */
static size_t edit_piece(struct buf *b, const struct texts *t,
    const struct edit *e, size_t count, struct span with)
{
	const struct text_piece *p = e->piece;
	const char *chars = t->chars.data + p->at;
	size_t i, done = 0;

	buf_reset(b);
	for (i = 0; i < count && e[i].piece->raw.p == p->raw.p; i++) {
		buf_add(b, chars + done, e[i].from - done);
		if (e[i].head)
			buf_addspan(b, with);
		done = e[i].to;
	}
	buf_add(b, chars + done, p->len - done);
	return i;
}

/* Append the piece anew, and what has to change with it: an element that
 * holds nothing any more has one tag. Returns where the stanza goes on. */
static const char *put_piece(
    struct buf *out, const struct text_piece *p, struct span chars)
{
	const char *end = p->raw.p + p->raw.n;

	if (p->attribute) {
		stanza_escape_attr(out, chars);
	} else if (chars.n || !p->alone) {
		stanza_escape_text(out, chars);
	} else {
		out->data[out->len - 1] = '/';
		buf_addc(out, '>');
		while (*end++ != '>')
			;
	}
	return end;
}

size_t texts_replace(const struct texts *t, struct span data,
    const struct cuts *cuts, struct span with, struct buf *out)
{
	struct edits e = {0};
	struct buf chars = BUF_EMPTY;
	const char *p = data.p;
	size_t heads, i = 0;

	map_cuts(&e, t, cuts);
	heads = e.count ? merge(&e) : 0;
	while (i < e.count) {
		const struct text_piece *piece = e.edit[i].piece;

		i += edit_piece(&chars, t, &e.edit[i], e.count - i, with);
		buf_add(out, p, (size_t)(piece->raw.p - p));
		p = put_piece(out, piece, buf_span(&chars));
	}
	buf_add(out, p, (size_t)(data.p + data.n - p));
	buf_release(&chars);
	free(e.edit);
	return heads;
}
