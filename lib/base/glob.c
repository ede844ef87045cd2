/* SPDX-License-Identifier: ISC */
/* Shell patterns over UTF-8. */
#include "base/glob.h"

#include <stdint.h>

#include "base/utf8.h"

/* The character at *at, and step over it. */
static uint32_t take(struct span s, size_t *at)
{
	size_t step = utf8_char(s.p + *at, s.n - *at);

	*at += step ? step : 1;
	return step ? utf8_point(s.p + *at - step, step) : 0xfffd;
}

/* Where the class that begins at '[' ends: past its ']', or 0. A ']' that
 * comes first stands for itself. */
static size_t class_end(struct span pattern, size_t at)
{
	at++;
	if (at < pattern.n && (pattern.p[at] == '!' || pattern.p[at] == '^'))
		at++;
	for (size_t first = at; at < pattern.n; at++) {
		if (pattern.p[at] == ']' && at > first)
			return at + 1;
	}
	return 0;
}

const char *glob_check(struct span pattern)
{
	for (size_t at = 0; at < pattern.n; at++) {
		if (pattern.p[at] != '[')
			continue;
		at = class_end(pattern, at);
		if (!at)
			return "'[' is not closed";
		at--;
	}
	return NULL;
}

/* Whether c is in the class whose '[' is at and whose end is past its ']'. */
static bool in_class(struct span pattern, size_t at, size_t end, uint32_t c)
{
	struct span inner = {pattern.p, end - 1};
	bool negated, found = false;

	at++;
	negated = inner.p[at] == '!' || inner.p[at] == '^';
	if (negated)
		at++;
	while (at < inner.n) {
		uint32_t low = take(inner, &at), high = low;

		if (at + 1 < inner.n && inner.p[at] == '-') {
			at++;
			high = take(inner, &at);
		}
		if (low <= c && c <= high)
			found = true;
	}
	return found != negated;
}

/* Whether one character of text, at *t, is matched by what is at *p (no
 * '*'); both step on if it is. */
static bool match_one(
    struct span pattern, size_t *p, struct span text, size_t *t)
{
	size_t end = *p + 1, next = *t;
	uint32_t c = take(text, &next);

	if (pattern.p[*p] == '[') {
		end = class_end(pattern, *p);
		if (!in_class(pattern, *p, end, c))
			return false;
	} else if (pattern.p[*p] != '?') {
		end = *p;
		if (take(pattern, &end) != c)
			return false;
	}
	*p = end;
	*t = next;
	return true;
}

bool glob_match(struct span pattern, struct span text)
{
	size_t p = 0, t = 0;
	size_t star = SIZE_MAX, from = 0; /* the last '*', and its reach */

	while (t < text.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			from = t;
		} else if (p < pattern.n && match_one(pattern, &p, text, &t)) {
			continue;
		} else if (star != SIZE_MAX) {
			/* Only the last star needs to be moved on. */
			(void)take(text, &from);
			p = star + 1;
			t = from;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}
