/* SPDX-License-Identifier: ISC */
/* Scanning text and references. */
#include "base/eight.h"
#include "xml/scan-internal.h"

/* In one go: looking for each of them alone takes quadratic time where one is
 * rare. */
size_t scan_find(const char *p, size_t i, size_t n, char c)
{
	for (; n - i >= 8; i += 8) {
		uint64_t w = eight_load(p + i);

		if (eight_zeros(w ^ EIGHT('<')) | eight_zeros(w ^ EIGHT('&')) |
		    eight_zeros(w ^ EIGHT(c)))
			break;
	}
	while (i < n && p[i] != '<' && p[i] != '&' && p[i] != c)
		i++;
	return i;
}

size_t scan_begin_ref(struct scan *s, size_t i, enum scan_state back)
{
	s->state = IN_REF;
	s->back = (unsigned char)back;
	s->run = 0;
	s->mark = 0;
	s->ref_at = s->at + i;
	return i + 1;
}

size_t scan_text(struct scan *s, const char *p, size_t i, size_t n)
{
	if (!s->inside)
		return scan_outside(s, p, i, n);
	i = scan_find(p, i, n, '<');
	if (i == n)
		return i;
	if (p[i] == '&')
		return scan_begin_ref(s, i, IN_TEXT);
	s->tag_at = s->at + i;
	s->state = IN_LT;
	return i + 1;
}

/* Whether mark is one of the five, as its last four characters and length. */
static bool predefined(uint32_t mark, unsigned len)
{
	return (len == 2 && (mark == 0x6c74 || mark == 0x6774)) ||
	    (len == 3 && mark == 0x616d70) ||
	    (len == 4 && (mark == 0x71756f74 || mark == 0x61706f73));
}

/* Names of five or more characters are not told apart, nor must they be. That
 * the digits of a character reference make sense is left to the parser. */
size_t scan_ref(struct scan *s, const char *p, size_t i, size_t n)
{
	for (; i < n; i++) {
		char c = p[i];
		bool more = scan_name_start(c) || c == '#' || c == '.' ||
		    c == '-' || (c >= '0' && c <= '9');

		if (more && s->run < 5) {
			s->mark = s->mark << 8 | (unsigned char)c;
			if (++s->run == 1 && c == '#')
				s->run = 9;
		}
		if (more)
			continue;
		s->state = s->back;
		if (c != ';' || s->run == 0)
			scan_note(s, s->ref_at, "bad reference");
		else if (s->run != 9 && !predefined(s->mark, s->run))
			scan_note(s, s->ref_at, "reference to an entity");
		return c == ';' ? i + 1 : i;
	}
	return i;
}
