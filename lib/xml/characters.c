/* SPDX-License-Identifier: ISC */
/* Character data in canonical form: checking it while going over it. */
#include "xml/characters.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/eight.h"
#include "base/span.h"
#include "base/utf8.h"

/* Bits at the bytes that plain text cannot just go on over: controls, what
 * is not ASCII, and '&' '<' '>' in text, '&' '<' '"' in a value. Of them the
 * lowest is exact. Two characters that differ in one bit are one test. */
static inline uint64_t stops8(uint64_t w, bool text)
{
	uint64_t found = (w | (w - EIGHT(0x20))) & EIGHT(0x80);

	if (text)
		return found | eight_zeros((w | EIGHT('<' ^ '>')) ^ EIGHT('>')) |
		       eight_zeros(w ^ EIGHT('&'));
	return found | eight_zeros((w | EIGHT('"' ^ '&')) ^ EIGHT('&')) |
	       eight_zeros(w ^ EIGHT('<'));
}

static inline bool stops(unsigned char c, bool text)
{
	return c < 0x20 || c >= 0x80 || c == '&' || c == '<' ||
	       c == (text ? '>' : '"');
}

static inline const char *skip_plain(const char *p, const char *end, bool text)
{
	while (end - p >= 8) {
		uint64_t found = stops8(eight_load(p), text);

		if (found)
			return p + eight_first(found);
		p += 8;
	}
	while (p < end && !stops((unsigned char)*p, text))
		p++;
	return p;
}

/* The length of the reference at p, 0 if the canonical form has none such.
 * "&gt;" is left to greater(). */
static size_t reference(const char *p, const char *end, bool text)
{
	static const struct span refs[] = {{"&amp;", 5}, {"&lt;", 4},
	    {"&#xA;", 5}, {"&#x9;", 5}, {"&#xD;", 5}, {"&quot;", 6}};
	size_t count = text ? 5 : 6;

	for (size_t i = 0; i < count; i++) {
		if ((size_t)(end - p) >= refs[i].n &&
		    memcmp(p, refs[i].p, refs[i].n) == 0)
			return refs[i].n;
	}
	return 0;
}

/* The length of a '>' or "&gt;" at p: escaped exactly where "]]" goes before
 * it in the text. 0 if it is not so. */
static size_t greater(const char *from, const char *p, const char *end)
{
	bool brackets = p - from >= 2 && p[-1] == ']' && p[-2] == ']';

	if (*p == '>')
		return brackets ? 0 : 1;
	return brackets && end - p >= 4 && memcmp(p, "&gt;", 4) == 0 ? 4 : 0;
}

static size_t wide(const char *p, const char *end, const char **why)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t step = utf8_char(p, (size_t)(end - p));

	if (step == 0) {
		*why = "is not UTF-8";
	} else if (u[0] == 0xef && u[1] == 0xbf && u[2] >= 0xbe) {
		*why = "has a character that XML forbids";
		step = 0;
	}
	return step;
}

/* The length of what skip_plain stopped at; 0 with a reason if it is not
 * canonical. */
static size_t special(const char *from, const char *p, const char *end,
    bool text, const char **why)
{
	size_t len;

	if ((unsigned char)*p >= 0x80)
		return wide(p, end, why);
	if (*p != '&' && *p != '>') {
		*why = *p == '<' ? "has a '<' in an attribute"
				 : "has a control character as it is";
		return 0;
	}
	len = *p == '&' ? reference(p, end, text) : 0;
	if (len == 0 && text)
		len = greater(from, p, end);
	if (len == 0)
		*why = *p == '&' ? "has a reference that is not canonical"
				 : "has a ]]> that is not escaped";
	return len;
}

static inline const char *find_end(
    const char *p, const char *end, bool text, const char **why)
{
	const char *from = p;

	for (;;) {
		size_t len;

		p = skip_plain(p, end, text);
		if (p == end) {
			*why = "is cut off";
			return p;
		}
		if (*p == (text ? '<' : '"'))
			return p;
		len = special(from, p, end, text, why);
		if (len == 0)
			return p;
		p += len;
	}
}

const char *xmltext_end(
    const char *p, const char *end, bool text, const char **why)
{
	/* Two copies, each with its constant. */
	return text ? find_end(p, end, true, why)
		    : find_end(p, end, false, why);
}
