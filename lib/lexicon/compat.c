/* SPDX-License-Identifier: ISC */
/* The compatibility form, made segment by segment. A segment begins where
 * nothing composes with, or moves before, what is in front of it. */
#include "lexicon/compat.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/eight.h"
#include "base/mem.h"
#include "base/utf8.h"

/* From here on, up to the next step, out was made of the text from in on;
 * byte by byte the same if plain. */
struct compat_step {
	size_t out, in;
	bool plain;
};

struct points {
	int32_t *p;
	size_t n, cap;
};

static inline bool plain(char c)
{
	return (unsigned char)c < 0x7f;
}

static size_t plain_len(struct span s, size_t i)
{
	size_t from = i;
	uint64_t eight;

	/* A byte that is not plain has its top bit set, or gets it by adding
	 * one; a carry only reaches bytes behind one that ends this anyway. */
	for (; s.n - i >= sizeof(eight); i += sizeof(eight)) {
		eight = eight_load(s.p + i);
		if ((eight | (eight + EIGHT(1))) & EIGHT(0x80))
			break;
	}
	while (i < s.n && plain(s.p[i]))
		i++;
	return i - from;
}

/* Whether all of it is characters that stay as they are. */
static bool stable(struct fold *f, struct span s)
{
	for (size_t i = 0; i < s.n;) {
		size_t step = 1;

		if (!plain(s.p[i])) {
			step = utf8_char(s.p + i, s.n - i);
			if (step == 0 ||
			    !(fold_brief(f, utf8_point(s.p + i, step)) &
				FOLD_STABLE))
				return false;
		}
		i += step;
	}
	return true;
}

static void add_step(struct compat *c, size_t in, bool is_plain)
{
	if (c->steps == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 64;
		c->step = mem_resize(c->step, c->cap, sizeof(*c->step));
	}
	c->step[c->steps++] = (struct compat_step){c->out.len, in, is_plain};
}

static void add_points(struct points *q, const int32_t *p, size_t n)
{
	if (q->cap - q->n < n) {
		q->cap = q->cap * 2 + FOLD_MAX;
		q->p = mem_resize(q->p, q->cap, sizeof(*q->p));
	}
	for (size_t i = 0; i < n; i++)
		q->p[q->n++] = p[i];
}

/* The letters that only Turkish has are I and i in another case, which PCRE2
 * does not know. */
static uint32_t one_case(int32_t point)
{
	if (point == 0x130)
		return 'I';
	return point == 0x131 ? 'i' : (uint32_t)point;
}

/* Sort the marks of a segment and compose it. */
static void put_segment(struct compat *c, struct points *q, size_t in)
{
	size_t n;

	fold_sort(q->p, q->n);
	n = fold_compose(q->p, q->n);
	add_step(c, in, false);
	buf_room(&c->out, n * 4);
	for (size_t i = 0; i < n; i++)
		c->out.len +=
		    utf8_put(c->out.data + c->out.len, one_case(q->p[i]));
	q->n = 0;
}

/* The segment at i; returns where the next begins. */
static size_t segment(
    struct compat *c, struct span s, size_t i, struct points *q)
{
	size_t from = i;

	while (i < s.n) {
		int32_t points[FOLD_MAX];
		size_t step = utf8_char(s.p + i, s.n - i), n;

		if (step == 0)
			step = s.n - i;
		n = fold_decompose(utf8_point(s.p + i, step), points);
		if (q->n && n && fold_boundary((uint32_t)points[0]))
			break;
		add_points(q, points, n);
		i += step;
	}
	put_segment(c, q, from);
	return i;
}

enum compat_result compat_make(struct compat *c, struct fold *fold,
    struct span s)
{
	size_t most = COMPAT_TIMES * s.n + COMPAT_MORE;
	struct points q = {NULL, 0, 0};

	if (plain_len(s, 0) == s.n || stable(fold, s))
		return COMPAT_SAME;
	buf_reset(&c->out);
	c->steps = 0;
	c->in_len = s.n;
	for (size_t i = 0; i < s.n && c->out.len <= most;) {
		size_t n = plain_len(s, i);

		/* The last may be the base of a mark. */
		if (n && i + n < s.n)
			n--;
		if (n) {
			add_step(c, i, true);
			buf_add(&c->out, s.p + i, n);
			i += n;
		} else {
			i = segment(c, s, i, &q);
		}
	}
	free(q.p);
	if (c->out.len > most)
		return COMPAT_LONG;
	return span_same(buf_span(&c->out), s) ? COMPAT_SAME : COMPAT_OTHER;
}

/* The last step that begins at or before out. Steps that made nothing have
 * the same out as the one after them, which is the one meant. */
static size_t find_step(const struct compat *c, size_t out)
{
	size_t low = 0, high = c->steps;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (c->step[middle].out <= out)
			low = middle;
		else
			high = middle;
	}
	return low;
}

void compat_origin(const struct compat *c, size_t *at, size_t *len)
{
	size_t last = *at + *len - (*len ? 1 : 0);
	const struct compat_step *a = &c->step[find_step(c, *at)];
	size_t i = find_step(c, last), from, to;
	const struct compat_step *b = &c->step[i];

	from = a->plain ? a->in + (*at - a->out) : a->in;
	if (b->plain)
		to = b->in + (last - b->out) + 1;
	else
		to = i + 1 < c->steps ? c->step[i + 1].in : c->in_len;
	*at = from;
	*len = to - from;
}

void compat_release(struct compat *c)
{
	if (!c)
		return;
	buf_release(&c->out);
	free(c->step);
	*c = (struct compat){0};
}
