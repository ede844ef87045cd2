/* SPDX-License-Identifier: ISC */
/* A borrowed run of bytes: whoever owns the bytes says how long it lives. */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
	const char *p; /* NULL: absent */
	size_t n;
};

/* For printf's "%.*s". */
#define SPAN_ARG(s) (int)(s).n, ((s).p ? (s).p : "")

static inline struct span span_of(const char *s)
{
	return (struct span){s, s ? strlen(s) : 0};
}

static inline bool span_same(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool span_is(struct span a, const char *s)
{
	return a.p && span_same(a, span_of(s));
}

static inline bool span_starts(struct span a, const char *s)
{
	size_t n = strlen(s);

	return a.n >= n && memcmp(a.p, s, n) == 0;
}

static inline bool span_ends(struct span a, const char *s)
{
	size_t n = strlen(s);

	return a.n >= n && memcmp(a.p + a.n - n, s, n) == 0;
}

/* How many of its bytes are as in the pattern, where 0 is any digit. */
static inline size_t span_alike(struct span a, const char *pattern)
{
	size_t i = 0;

	while (pattern[i] && i < a.n &&
	    (pattern[i] == '0' ? a.p[i] >= '0' && a.p[i] <= '9'
			       : a.p[i] == pattern[i]))
		i++;
	return i;
}

#endif
