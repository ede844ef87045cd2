/* SPDX-License-Identifier: ISC */
/* Boundaries of words, in a pattern. */
#include "lexicon/boundary.h"

#include <string.h>

/* Alternatives to \b itself, so that the first characters of what comes behind
 * it are still known, by which a text is gone through fast. */
static const char boundary[] = "(?:\\b|(?<=_)|(?=_))";
static const char inside[] = "(?:\\B(?<!_)(?!_))";

/* The end of the class that begins at i. A ']' is itself where it is first. */
static size_t class_end(struct span s, size_t i)
{
	i++;
	if (i < s.n && s.p[i] == '^')
		i++;
	if (i < s.n && s.p[i] == ']')
		i++;
	while (i < s.n && s.p[i] != ']') {
		struct span rest = {s.p + i, s.n - i};
		const char *end = NULL;

		if (span_starts(rest, "[:"))
			end = memchr(rest.p + 2, ']', rest.n - 2);
		if (end && end[-1] == ':')
			i = (size_t)(end - s.p) + 1;
		else
			i += s.p[i] == '\\' ? 2 : 1;
	}
	return i < s.n ? i + 1 : s.n;
}

/* Behind the next of this text from i on. */
static size_t behind(struct span s, size_t i, const char *text)
{
	size_t n = strlen(text);

	for (; i + n <= s.n; i++) {
		if (memcmp(s.p + i, text, n) == 0)
			return i + n;
	}
	return s.n;
}

/* The end of the item at i, in which there is no \b; or of one of those. */
static size_t item_end(struct span s, size_t i, bool extended)
{
	struct span rest = {s.p + i, s.n - i};

	if (span_starts(rest, "\\Q"))
		return behind(s, i, "\\E");
	if (span_starts(rest, "\\c"))
		return i + 3 < s.n ? i + 3 : s.n;
	if (s.p[i] == '\\')
		return i + 2 < s.n ? i + 2 : s.n;
	if (s.p[i] == '[')
		return class_end(s, i);
	if (span_starts(rest, "(?#"))
		return behind(s, i, ")");
	if (extended && s.p[i] == '#')
		return behind(s, i, "\n");
	return i + 1;
}

bool boundary_rewrite(struct buf *b, struct span s, bool extended)
{
	bool any = false;

	for (size_t i = 0, end; i < s.n; i = end) {
		struct span item;

		end = item_end(s, i, extended);
		item = (struct span){s.p + i, end - i};
		if (span_is(item, "\\b"))
			buf_adds(b, boundary);
		else if (span_is(item, "\\B"))
			buf_adds(b, inside);
		else
			buf_addspan(b, item);
		any = any || span_is(item, "\\b") || span_is(item, "\\B");
	}
	return any;
}
