/* SPDX-License-Identifier: ISC */
/* Looking for a set's entries in texts of any kind. */
#include "lexicon/lexicon-internal.h"

struct scanning {
	size_t set;
	void (*found)(void *context, size_t at, size_t len);
	void *context;
};

bool lexicon_expressions(const struct lexicon *l, size_t set)
{
	return l->set[set].count > 0;
}

static void scan_word(void *context, size_t set, size_t at, size_t len)
{
	const struct scanning *s = context;

	if (set == s->set)
		s->found(s->context, at, len);
}

static int scan_regex(struct lexicon *l, int number, struct span chars,
    const struct compat *origin, const struct scanning *s)
{
	struct regex_search search = {.text = chars, .some = true};
	int rc;

	while ((rc = regex_find(l->regex, number, &search)) > 0) {
		size_t at = search.at, len = search.len;

		if (origin && len)
			compat_origin(origin, &at, &len);
		if (len)
			s->found(s->context, at, len);
	}
	return rc;
}

static int scan_expressions(struct lexicon *l, struct span chars,
    const struct compat *origin, const struct scanning *s)
{
	const struct set *set = &l->set[s->set];
	int rc = 0;

	for (size_t i = 0; i < set->count; i++) {
		if (scan_regex(l, set->regex[i], chars, origin, s) < 0)
			rc = -1;
	}
	return rc;
}

static int scan_compat(
    struct lexicon *l, struct span text, const struct scanning *s)
{
	struct compat c = {0};
	enum compat_result result = compat_make(&c, &l->fold, text);
	int rc = result == COMPAT_LONG ? -1 : 0;

	if (result == COMPAT_OTHER)
		rc = scan_expressions(l, buf_span(&c.out), &c, s);
	compat_release(&c);
	return rc;
}

int lexicon_scan(struct lexicon *l, size_t set, unsigned parts,
    struct span text, void (*found)(void *context, size_t at, size_t len),
    void *context)
{
	struct scanning s = {set, found, context};
	int rc = 0;

	if (parts & LEXICON_WORDS && l->set[set].words)
		phrases_find(l->words, text, scan_word, &s);
	if (!l->set[set].count)
		return 0;
	if (parts & LEXICON_EXPRESSIONS &&
	    scan_expressions(l, text, NULL, &s) < 0)
		rc = -1;
	if (parts & LEXICON_COMPAT && scan_compat(l, text, &s) < 0)
		rc = -1;
	return rc;
}
