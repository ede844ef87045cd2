/* SPDX-License-Identifier: ISC */
/* The words of a plain text. */
#include "ship/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ship/copy.h"

enum {
	TEXT_MOST = 100000, /* bytes */
	WORDS_MOST = 4000, /* of a text; a tsvector has places up to 16383 */
	PLACES_MOST = 200, /* of one word; a tsvector has 255 at most */
	WORD_MOST = 500,   /* bytes; a tsvector has 2046 at most */
	HEAD = 8,
};

const char words_alike[] =
    "SELECT to_tsvector('simple', 'ABCDEFGHI JKLMNOPQ, RSTUVWXYZ (0123456789; "
    "it''s \"so\")! A? b. C: 42.') = 'abcdefghi:1 jklmnopq:2 rstuvwxyz:3 "
    "0123456789:4 it:5 s:6 so:7 a:8 b:9 c:10 42:11'::tsvector";

enum kind { OTHER, GAP, STOP, DIGIT, LETTER };

/* A stop ends a word only if there is a gap behind it, else it may be in the
 * middle of an address, a path or a number. */
static enum kind kind_of(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return LETTER;
	if (c >= '0' && c <= '9')
		return DIGIT;
	switch (c) {
	case ' ':
	case '\t':
	case '\n':
	case '\r':
	case ',':
	case ';':
	case '!':
	case '?':
	case '(':
	case ')':
	case '"':
	case '\'':
		return GAP;
	case '.':
	case ':':
		return STOP;
	default:
		return OTHER;
	}
}

static void add_word(struct words *w, struct span word)
{
	char head[HEAD] = {0};
	struct word *to;

	if (w->count == w->cap) {
		w->cap = w->cap ? 2 * w->cap : 64;
		w->word = mem_resize(w->word, w->cap, sizeof(*w->word));
	}
	to = &w->word[w->count++];
	*to = (struct word){.at = (uint32_t)w->lower.len,
	    .len = (uint32_t)word.n, .place = (unsigned)w->count};
	for (size_t i = 0; i < word.n; i++) {
		char c = word.p[i];

		c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
		buf_addc(&w->lower, c);
		if (i < HEAD)
			head[i] = c;
	}
	for (size_t i = 0; i < HEAD; i++)
		to->head = to->head << 8 | (unsigned char)head[i];
}

/* By their bytes, and a word's places in their order. */
static int ascending(const struct words *w, const struct word *a,
    const struct word *b)
{
	uint32_t n = a->len < b->len ? a->len : b->len;
	int order = 0;

	if (a->head != b->head)
		return a->head < b->head ? -1 : 1;
	if (n > HEAD)
		order = memcmp(w->lower.data + a->at, w->lower.data + b->at,
		    n);
	if (order == 0 && a->len != b->len)
		order = a->len < b->len ? -1 : 1;
	return order;
}

/* Merging keeps the places of a word in order. */
static void sort(struct words *w, struct word *from, struct word *to, size_t n)
{
	size_t half = n / 2, a = 0, b = half;

	if (n < 2)
		return;
	sort(w, from, to, half);
	sort(w, from + half, to + half, n - half);
	for (size_t i = 0; i < n; i++) {
		if (b == n ||
		    (a < half && ascending(w, &from[a], &from[b]) <= 0))
			to[i] = from[a++];
		else
			to[i] = from[b++];
	}
	memcpy(from, to, n * sizeof(*from));
}

static bool same(const struct words *w, size_t a, size_t b)
{
	return ascending(w, &w->word[a], &w->word[b]) == 0;
}

/* How many from the one at i on are one word. */
static size_t places(const struct words *w, size_t i)
{
	size_t n = 1;

	while (i + n < w->count && same(w, i, i + n))
		n++;
	return n;
}

static bool sorted(struct words *w)
{
	if (w->cap < 2 * w->count) {
		w->cap = 2 * w->count;
		w->word = mem_resize(w->word, w->cap, sizeof(*w->word));
	}
	sort(w, w->word, w->word + w->count, w->count);
	for (size_t i = 0; i < w->count; i += places(w, i)) {
		if (places(w, i) > PLACES_MOST)
			return false;
	}
	return true;
}

bool words_find(struct words *w, struct span text)
{
	size_t i = 0, n;
	enum kind kind;

	w->count = 0;
	buf_reset(&w->lower);
	if (text.n > TEXT_MOST)
		return false;
	for (; i < text.n; i += n) {
		kind = kind_of(text.p[i]);
		for (n = 1; i + n < text.n && kind_of(text.p[i + n]) == kind;
		     n++)
			;
		if (kind == OTHER || (kind == STOP && n > 1) ||
		    (kind >= DIGIT && n > WORD_MOST))
			return false;
		if (kind != GAP && i + n < text.n &&
		    kind_of(text.p[i + n]) > (kind == STOP ? GAP : STOP))
			return false;
		if (kind >= DIGIT)
			add_word(w, (struct span){text.p + i, n});
		if (w->count > WORDS_MOST)
			return false;
	}
	return sorted(w);
}

void words_add(const struct words *w, struct buf *b)
{
	size_t begun = copy_value_begin(b), count = 0, n;

	for (size_t i = 0; i < w->count; i += places(w, i))
		count++;
	copy_32(b, (uint32_t)count);
	for (size_t i = 0; i < w->count; i += n) {
		n = places(w, i);
		buf_add(b, w->lower.data + w->word[i].at, w->word[i].len);
		buf_addc(b, '\0');
		copy_16(b, (unsigned)n);
		for (size_t k = 0; k < n; k++)
			copy_16(b, w->word[i + k].place);
	}
	copy_value_end(b, begun);
}

void words_release(struct words *w)
{
	free(w->word);
	buf_release(&w->lower);
	*w = (struct words){0};
}
