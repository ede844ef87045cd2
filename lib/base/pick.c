/* SPDX-License-Identifier: ISC */
/* Reading a text piece by piece. */
#include "base/pick.h"

#include <string.h>
#include <strings.h>

bool pick_char(struct pick *c, char what)
{
	if (c->p == c->end || *c->p != what)
		return false;
	c->p++;
	return true;
}

bool pick_any(struct pick *c, const char *set)
{
	if (c->p == c->end || !*c->p || !strchr(set, *c->p))
		return false;
	c->p++;
	return true;
}

int64_t pick_number(struct pick *c, int min, int max)
{
	int64_t value = 0;
	int n = 0;

	for (; c->p < c->end && pick_digit(*c->p); c->p++) {
		if (++n > max)
			return -1;
		value = value * 10 + (*c->p - '0');
	}
	return n < min ? -1 : value;
}

bool pick_word(struct pick *c, const char *w)
{
	size_t n = strlen(w);

	if ((size_t)(c->end - c->p) < n || strncasecmp(c->p, w, n) != 0)
		return false;
	c->p += n;
	return true;
}

int pick_words(struct pick *c, const char *const *words, int n)
{
	for (int i = 0; i < n; i++) {
		if (pick_word(c, words[i]))
			return i + 1;
	}
	return 0;
}
