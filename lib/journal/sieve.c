/* SPDX-License-Identifier: ISC */
/* A word in plain letters is in a text as these, unless the text has one of:
 * characters beyond ASCII that fold to ASCII, or to nothing (fold.h), or so many
 * that a text can be too long to be told (compat.h); the
 * escapes of JSON, of links and of carriage returns (text.h); an element in
 * the middle (text.h: what is on both sides of it can be one word). A record
 * with neither the word nor any of these need not be looked at. */
#define _GNU_SOURCE
#include "journal/sieve.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "lexicon/compat.h"
#include "xml/jid.h"

typedef unsigned char bytes16 __attribute__((vector_size(16)));

enum { WIDE = sizeof(bytes16), DOT_ABOVE = 0x307 };

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static bool is_plain(char c)
{
	return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

static void look_for(struct sieve *s, struct span word, bool open)
{
	if (word.n > SIEVE_WORD)
		word.n = SIEVE_WORD;
	if (word.n <= s->len)
		return;
	s->len = word.n;
	s->open = open;
	memset(s->skip, (int)word.n, sizeof(s->skip));
	for (size_t i = 0; i < word.n; i++) {
		s->word[i] = lower(word.p[i]);
		if (i + 1 < word.n)
			s->skip[(unsigned char)s->word[i]] =
			    (unsigned char)(word.n - 1 - i);
	}
	for (char c = 'A'; c <= 'Z'; c++)
		s->skip[(unsigned char)c] = s->skip[(unsigned char)lower(c)];
}

/* The longest run of plain letters and digits; a mark that follows one belongs
 * to it, and the two may be one character where they are looked for. */
static void look_for_part(struct sieve *s, struct span in, bool open)
{
	for (size_t i = 0, from; i < in.n; i++) {
		for (from = i; i < in.n && is_plain(in.p[i]); i++)
			;
		if (i < in.n && (unsigned char)in.p[i] >= 0x80 && i > from)
			look_for(s, (struct span){in.p + from, i - from - 1},
			    open);
		else
			look_for(s, (struct span){in.p + from, i - from}, open);
	}
}

void sieve_entry(struct sieve *s, struct span entry)
{
	if (entry.n && (entry.p[0] == '/' || span_starts(entry, "[:")))
		return;
	look_for_part(s, entry, span_ends(entry, "*"));
}

void sieve_jid(struct sieve *s, struct span jid)
{
	struct span domain = jid_domain(jid);

	/* What is left out when a JID is prepared is more than fold.h hides. */
	s->wary = true;
	if (domain.p > jid.p)
		look_for_part(s,
		    (struct span){jid.p, (size_t)(domain.p - jid.p)}, true);
}

static bool word_in(const struct sieve *s, struct span in)
{
	size_t last = s->len - 1, i = last;

	while (i < in.n) {
		const char *p = in.p + i - last;
		size_t k = last;

		while (lower(p[k]) == s->word[k]) {
			if (k-- == 0)
				return true;
		}
		i += s->skip[(unsigned char)in.p[i]];
	}
	return false;
}

enum { ODD = 1, BEYOND = 2 }; /* an escape or an element; not ASCII */

/* What is in the middle of the bytes; those on both sides are only looked at
 * from there. */
static int look_closely(struct span in, size_t from, size_t to)
{
	const char *p = in.p;
	int found = 0;

	for (size_t i = from; i < to; i++) {
		char after = i + 1 < in.n ? p[i + 1] : '/';
		char before = i ? p[i - 1] : '>';

		if ((unsigned char)p[i] >= 0x80)
			found |= BEYOND;
		if (p[i] == '\\' || p[i] == '%' || (p[i] == '&' && after == '#') ||
		    (p[i] == '<' && after != '/' && before != '>' &&
			before != '\t'))
			found |= ODD;
	}
	return found;
}

static bool any(bytes16 v)
{
	uint64_t half[2];

	memcpy(half, &v, sizeof(half));
	return half[0] | half[1];
}

#define IS(v, c) ((bytes16)((v) == (unsigned char)(c)))

/* As look_closely() has it, sixteen at a time. */
static int look_over(struct span in)
{
	bytes16 odd = {0}, beyond = {0};
	size_t i = 1;

	for (; i + WIDE < in.n; i += WIDE) {
		bytes16 now, before, after;

		memcpy(&now, in.p + i, WIDE);
		memcpy(&before, in.p + i - 1, WIDE);
		memcpy(&after, in.p + i + 1, WIDE);
		beyond |= now;
		odd |= IS(now, '\\') | IS(now, '%') |
		    (IS(now, '&') & IS(after, '#')) |
		    (IS(now, '<') & ~IS(after, '/') & ~IS(before, '>') &
			~IS(before, '\t'));
	}
	return (any(odd) ? ODD : 0) | (any(beyond & 0x80) ? BEYOND : 0) |
	    look_closely(in, 0, 1) | look_closely(in, i, in.n);
}

/* Whether a character can stand for plain letters, or for nothing. */
static bool stands_for(struct sieve *s, uint32_t point)
{
	uint32_t brief = fold_brief(&s->fold, point);
	struct fold_unit unit[FOLD_MAX];
	size_t n;

	if (!(brief & FOLD_COMPLEX))
		return (brief >> FOLD_KIND_SHIFT & 7) == FOLD_HIDDEN ||
		    (brief & FOLD_POINT) < 0x80 ||
		    (brief & FOLD_POINT) == DOT_ABOVE;
	n = fold_units(point, unit);
	for (size_t i = 0; i < n; i++) {
		bool marked = i + 1 < n && unit[i + 1].point != DOT_ABOVE &&
		    (unit[i + 1].kind == FOLD_MARK || unit[i + 1].order);

		if (unit[i].point == DOT_ABOVE || unit[i].kind == FOLD_HIDDEN ||
		    (unit[i].point < 0x80 && (s->open || !marked)))
			return true;
	}
	return n == 0;
}

static bool any_stands_for(struct sieve *s, struct span in)
{
	for (size_t i = 0; i < in.n;) {
		size_t step;

		i += utf8_ascii(in.p + i, in.n - i);
		step = i < in.n ? utf8_char(in.p + i, in.n - i) : 0;
		if (i == in.n)
			break;
		if (!step || stands_for(s, utf8_point(in.p + i, step)))
			return true;
		i += step;
	}
	return false;
}

bool sieve_may(struct sieve *s, struct span in)
{
	static const char inline_ns[] = "1999/xhtml";
	int found;

	if (s->len == 0 || in.n == 0 || word_in(s, in))
		return true;
	found = look_over(in);
	return (found & ODD) ||
	    memmem(in.p, in.n, inline_ns, sizeof(inline_ns) - 1) ||
	    ((found & BEYOND) &&
		(s->wary || in.n > COMPAT_MORE || any_stands_for(s, in)));
}

void sieve_release(struct sieve *s)
{
	fold_release(&s->fold);
}
