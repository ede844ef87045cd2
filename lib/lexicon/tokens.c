/* SPDX-License-Identifier: ISC */
/* Words of a text. */
#include "lexicon/tokens.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { SLACK = 8 };

/* Where the taking stands. */
struct taker {
	struct tokens *t;
	struct span text;
	bool open, alone;    /* in a word; of one character */
	size_t marks;        /* bytes of marks at the end of out, ... */
	unsigned char order; /* ... the order of the last of them, */
	bool unsorted;       /* and whether they are out of it */
};

/* What ASCII folds to: ' ' for a gap, '?' for what needs a closer look. */
static const char ascii[] = "                "
			    "                "
			    "                "
			    "0123456789      "
			    " abcdefghijklmno"
			    "pqrstuvwxyz     "
			    " abcdefghijklmno"
			    "pqrstuvwxyz    ?"
			    "????????????????????????????????"
			    "????????????????????????????????"
			    "????????????????????????????????"
			    "????????????????????????????????";

static inline char fold_ascii(char c)
{
	return ascii[(unsigned char)c];
}

static inline void close_token(struct taker *k)
{
	struct tokens *t = k->t;

	if (k->open) {
		struct token *token = &t->token[t->count - 1];

		token->len = t->out.len - token->at;
		k->open = k->alone = false;
	}
}

static inline void open_token(struct taker *k, size_t from)
{
	struct tokens *t = k->t;

	if (t->count == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 64;
		t->token = mem_resize(t->token, t->cap, sizeof(*t->token));
	}
	t->token[t->count++] = (struct token){t->out.len, 0, from, from};
	k->open = true;
}

static void end_marks(struct taker *k)
{
	if (k->unsorted)
		fold_sort_tail(&k->t->out, k->marks);
	k->marks = k->order = 0;
	k->unsorted = false;
}

static void put_point(struct taker *k, uint32_t point, size_t to)
{
	struct tokens *t = k->t;

	t->out.len += utf8_put(t->out.data + t->out.len, point);
	t->token[t->count - 1].to = to;
}

/* An i has its dot already; a capital one in two code points has another. */
static bool dots_i(const struct taker *k, const struct fold_unit *u)
{
	const struct buf *out = &k->t->out;

	return u->point == 0x307 && out->len > k->marks &&
	    out->data[out->len - k->marks - 1] == 'i';
}

/* A mark whose base is no letter or digit is no part of a word. */
static void put_mark(struct taker *k, const struct fold_unit *u, size_t to)
{
	size_t len = k->t->out.len;

	if (!k->open)
		return;
	if (dots_i(k, u)) {
		k->t->token[k->t->count - 1].to = to;
		return;
	}
	if (u->order == 0)
		end_marks(k);
	put_point(k, u->point, to);
	if (u->order) {
		k->marks += k->t->out.len - len;
		k->unsorted |= u->order < k->order;
		k->order = u->order;
	}
}

static void put_unit(
    struct taker *k, const struct fold_unit *u, size_t from, size_t to)
{
	if (u->kind == FOLD_MARK || u->order) {
		put_mark(k, u, to);
		return;
	}
	end_marks(k);
	if (u->kind == FOLD_GAP || u->kind == FOLD_ALONE || k->alone)
		close_token(k);
	if (u->kind == FOLD_GAP)
		return;
	if (!k->open)
		open_token(k, from);
	k->alone = u->kind == FOLD_ALONE;
	put_point(k, u->point, to);
}

/* Characters from i on up to one of plain ASCII; returns where that is. */
static size_t take_wide(struct taker *k, size_t i)
{
	struct span s = k->text;

	while (i < s.n && fold_ascii(s.p[i]) == '?') {
		size_t step = utf8_char(s.p + i, s.n - i), units;
		uint32_t point, brief;
		struct fold_unit unit[FOLD_MAX];

		if (step == 0)
			return s.n;
		point = utf8_point(s.p + i, step);
		brief = fold_brief(&k->t->fold, point);
		buf_room(&k->t->out, FOLD_MAX * 4 + s.n - i + SLACK);
		if (brief & FOLD_COMPLEX) {
			units = fold_units(point, unit);
		} else {
			units = 1;
			unit[0].point = brief & FOLD_POINT;
			unit[0].kind = brief >> FOLD_KIND_SHIFT & 7;
			unit[0].order = 0;
			units = unit[0].kind != FOLD_HIDDEN;
		}
		for (size_t j = 0; j < units; j++)
			put_unit(k, &unit[j], i, i + step);
		i += step;
	}
	end_marks(k);
	return i;
}

/* A run of ASCII letters and digits; returns where it ends. */
static inline size_t take_ascii(struct taker *k, size_t i)
{
	const char *p = k->text.p;
	char *out = k->t->out.data + k->t->out.len, *from = out, c;
	size_t end = k->text.n;

	while (i < end && (c = fold_ascii(p[i])) > '/' && c != '?') {
		*out++ = c;
		i++;
	}
	k->t->out.len += (size_t)(out - from);
	k->t->token[k->t->count - 1].to = i;
	return i;
}

void tokens_take(struct tokens *t, struct span text)
{
	struct taker k = {.t = t, .text = text};
	size_t i = 0;

	buf_reset(&t->out);
	buf_room(&t->out, text.n + SLACK);
	t->count = 0;
	while (i < text.n) {
		char c = fold_ascii(text.p[i]);

		if (c == '?') {
			i = take_wide(&k, i);
		} else if (c == ' ') {
			close_token(&k);
			i++;
		} else {
			if (k.alone)
				close_token(&k);
			if (!k.open)
				open_token(&k, i);
			i = take_ascii(&k, i);
		}
	}
	close_token(&k);
}

void tokens_release(struct tokens *t)
{
	if (!t)
		return;
	buf_release(&t->out);
	free(t->token);
	fold_release(&t->fold);
	*t = (struct tokens){0};
}
