/* SPDX-License-Identifier: ISC */
/* Scanning what begins with "<!" or "<?". */
#include "xml/scan-internal.h"

#include <string.h>

static const char *find(const char *p, size_t i, size_t end, char c)
{
	return end > i ? memchr(p + i, c, end - i) : NULL;
}

size_t scan_bang(struct scan *s, const char *p, size_t i, size_t n)
{
	/* run: how many of the word's bytes came; mark: which word it is. */
	static const char *const words[SCAN_STATES] = {[IN_COMMENT] = "--",
	    [IN_CDATA] = "[CDATA[", [IN_DOCTYPE] = "DOCTYPE"};
	const char *word;

	for (;; i++) {
		if (i == n)
			return i;
		if (s->run == 0)
			s->mark = p[i] == '-' ? IN_COMMENT
			    : p[i] == '['     ? IN_CDATA
					      : IN_DOCTYPE;
		word = words[s->mark];
		if (p[i] != word[s->run]) {
			scan_note(s, s->tag_at, "'<!' that begins no markup");
			s->lost = true;
			scan_finish(s, SCAN_ELEMENT);
			return i;
		}
		if (!word[++s->run])
			break;
	}
	s->state = (unsigned char)s->mark;
	s->back = IN_TEXT;
	s->run = s->quote = s->subset = 0;
	if (s->state == IN_COMMENT)
		scan_note(s, s->tag_at, "comment");
	else if (s->state == IN_CDATA && s->depth == 0)
		scan_note(s, s->tag_at, "text outside of a stanza");
	return i + 1;
}

/* Behind the first '>' that need characters c go before; run counts those
 * that the last chunk ended in. n if there is none yet. */
static size_t until(struct scan *s, const char *p, size_t i, size_t n, char c,
    unsigned need, bool *found)
{
	for (;;) {
		const char *gt = find(p, i, n, '>');
		size_t end = gt ? (size_t)(gt - p) : n, k = end;
		unsigned run;

		while (k > i && p[k - 1] == c && end - k < need)
			k--;
		run = (unsigned)(end - k) + (k == i ? s->run : 0);
		s->run = (unsigned char)(gt ? 0 : run > need ? need : run);
		*found = gt && run >= need;
		if (!gt || *found)
			return gt ? end + 1 : n;
		i = end + 1;
	}
}

size_t scan_comment(struct scan *s, const char *p, size_t i, size_t n)
{
	bool found;

	i = until(s, p, i, n, '-', 2, &found);
	if (found && s->back == IN_DOCTYPE)
		s->state = IN_DOCTYPE;
	else if (found)
		scan_finish(s, SCAN_ELEMENT);
	return i;
}

size_t scan_cdata(struct scan *s, const char *p, size_t i, size_t n)
{
	bool found;

	i = until(s, p, i, n, ']', 2, &found);
	if (found)
		scan_finish(s, SCAN_ELEMENT);
	return i;
}

/* "xml" and white space make it an XML declaration. */
size_t scan_pi_target(struct scan *s, const char *p, size_t i, size_t n)
{
	for (; i < n && s->run < 3 && p[i] == "xml"[s->run]; i++)
		s->run++;
	if (i == n)
		return i;
	s->declaration = s->back == IN_TEXT && s->run == 3 && scan_space(p[i]);
	if (!s->declaration || s->depth)
		scan_note(s, s->tag_at,
		    s->declaration ? "XML declaration in a stanza"
				   : "processing instruction");
	s->run = 0;
	s->state = IN_PI;
	return i;
}

size_t scan_pi(struct scan *s, const char *p, size_t i, size_t n)
{
	bool found;

	i = until(s, p, i, n, '?', 1, &found);
	if (!found)
		return i;
	if (s->back == IN_DOCTYPE) {
		s->state = IN_DOCTYPE;
		return i;
	}
	/* Inside an element this can only be the beginning of another
	 * stream: what came before it was cut off. */
	if (s->declaration)
		s->depth = 0;
	scan_finish(s, SCAN_DECLARATION);
	return i;
}

size_t scan_doctype(struct scan *s, const char *p, size_t i, size_t n)
{
	scan_note(s, s->tag_at, "document type declaration");
	s->lost = true;
	for (; i < n; i++) {
		char c = p[i];

		if (s->quote) {
			s->quote = c == (char)s->quote ? 0 : s->quote;
		} else if (c == '"' || c == '\'') {
			s->quote = (unsigned char)c;
		} else if (c == '[' || c == ']') {
			s->subset = c == '[';
		} else if (c == '<') {
			s->state = IN_SUBSET_LT;
			s->run = 0;
			return i + 1;
		} else if (c == '>' && !s->subset) {
			scan_finish(s, SCAN_ELEMENT);
			return i + 1;
		}
	}
	return i;
}

/* Comments and processing instructions of a subset may hold quotes. */
size_t scan_subset_lt(struct scan *s, const char *p, size_t i, size_t n)
{
	for (; i < n; i++) {
		if (s->run == 0 && p[i] == '?') {
			s->state = IN_PI_TARGET;
			s->back = IN_DOCTYPE;
			return i + 1;
		}
		if (p[i] != "!--"[s->run]) {
			s->state = IN_DOCTYPE;
			return i;
		}
		if (++s->run == 3) {
			s->state = IN_COMMENT;
			s->back = IN_DOCTYPE;
			s->run = 0;
			return i + 1;
		}
	}
	return i;
}
