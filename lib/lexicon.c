/* SPDX-License-Identifier: ISC */
/* Sets of words and regular expressions, asked about the texts of a stanza. */
#include "lexicon.h"

#include <stdint.h>
#include <stdlib.h>

#include "compat.h"
#include "mem.h"
#include "regex.h"
#include "utf8.h"
#include "words.h"

struct set {
	bool words;
	int *regex; /* their numbers */
	size_t count, cap;
};

/* What is known of a set and a text, in two bits. */
enum known { UNKNOWN, NO, YES, UNSURE };

struct lexicon {
	struct set *set;
	size_t sets, cap;
	struct words *words;
	struct regex *regex;
	struct compat compat;
	struct buf why;
	const struct texts *texts;
	/* A row a text; one cell more than there are sets says whether the
	 * words were looked for. */
	unsigned char *known;
	size_t known_cap;
	bool cleared;
	size_t row; /* where a words_find() puts what it finds */
};

struct lexicon *lexicon_new(void)
{
	struct lexicon *l = mem_zalloc(sizeof(*l));

	l->words = words_new();
	l->regex = regex_new();
	return l;
}

void lexicon_free(struct lexicon *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->sets; i++)
		free(l->set[i].regex);
	free(l->set);
	words_free(l->words);
	regex_free(l->regex);
	compat_release(&l->compat);
	buf_release(&l->why);
	free(l->known);
	free(l);
}

size_t lexicon_set(struct lexicon *l)
{
	if (l->sets == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 8;
		l->set = mem_resize(l->set, l->cap, sizeof(*l->set));
	}
	l->set[l->sets] = (struct set){0};
	return l->sets++;
}

static const char *add_regex(
    struct lexicon *l, struct set *set, struct span entry)
{
	static const char letters[] = "imsx"; /* in the order of the flags */
	size_t end = entry.n - 1;
	unsigned flags = 0;
	int number;

	while (end > 0 && entry.p[end] != '/')
		end--;
	if (end == 0)
		return "has no closing '/'";
	if (end == 1)
		return "has nothing between its '/'";
	for (size_t i = end + 1; i < entry.n; i++) {
		const char *flag = strchr(letters, entry.p[i]);

		if (!flag || !*flag)
			return "has an unknown flag after its closing '/'";
		flags |= 1u << (flag - letters);
	}
	number = regex_add(
	    l->regex, (struct span){entry.p + 1, end - 1}, flags, &l->why);
	if (number < 0)
		return buf_str(&l->why);
	if (set->count == set->cap) {
		set->cap = set->cap ? set->cap * 2 : 4;
		set->regex =
		    mem_resize(set->regex, set->cap, sizeof(*set->regex));
	}
	set->regex[set->count++] = number;
	return NULL;
}

const char *lexicon_add(struct lexicon *l, size_t set, struct span entry)
{
	struct set *s = &l->set[set];

	buf_reset(&l->why);
	if (utf8_xml(entry.p, entry.n) < entry.n)
		return "is not UTF-8 or has a control character";
	if (entry.n && entry.p[0] == '/')
		return add_regex(l, s, entry);
	if (!words_add(l->words, set, entry))
		return "has no word in it";
	s->words = true;
	return NULL;
}

void lexicon_begin(struct lexicon *l, const struct texts *texts)
{
	l->texts = texts;
	l->cleared = false;
}

static void clear(struct lexicon *l)
{
	size_t need = l->texts->count * (l->sets + 1) / 4 + 1;

	if (need > l->known_cap) {
		l->known = mem_resize(l->known, need, 1);
		l->known_cap = need;
	}
	memset(l->known, 0, need);
	l->cleared = true;
}

static enum known get(const struct lexicon *l, size_t cell)
{
	return l->known[cell / 4] >> cell % 4 * 2 & 3;
}

/* A cell goes from UNKNOWN to something only. */
static void put(struct lexicon *l, size_t cell, enum known known)
{
	l->known[cell / 4] |= (unsigned char)(known << cell % 4 * 2);
}

static void found_word(void *context, size_t set, size_t at, size_t len)
{
	struct lexicon *l = context;

	(void)at;
	(void)len;
	put(l, l->row + set, YES);
}

static void find_words(struct lexicon *l, size_t text)
{
	l->row = text * (l->sets + 1);
	if (get(l, l->row + l->sets) != UNKNOWN)
		return;
	words_find(l->words, texts_at(l->texts, text), found_word, l);
	put(l, l->row + l->sets, YES);
}

static enum known find_regex(
    struct lexicon *l, const struct set *s, struct span text)
{
	enum known known = NO;

	for (size_t i = 0; i < s->count; i++) {
		struct regex_search search = {.text = text};
		int rc = regex_find(l->regex, s->regex[i], &search);

		if (rc > 0)
			return YES;
		if (rc < 0)
			known = UNSURE;
	}
	return known;
}

static enum known look(struct lexicon *l, const struct set *s, size_t text)
{
	struct span chars = texts_at(l->texts, text);
	enum known first, second;

	if (s->count == 0)
		return NO;
	first = find_regex(l, s, chars);
	if (first == YES || !compat_make(&l->compat, chars))
		return first;
	second = find_regex(l, s, buf_span(&l->compat.out));
	return second == NO ? first : second;
}

int lexicon_has(struct lexicon *l, size_t set, size_t text)
{
	const struct set *s = &l->set[set];
	enum known known;
	size_t cell;

	if (!l->texts || text >= l->texts->count)
		return 0;
	if (!l->cleared)
		clear(l);
	if (s->words)
		find_words(l, text);
	cell = text * (l->sets + 1) + set;
	known = get(l, cell);
	if (known == UNKNOWN) {
		known = look(l, s, text);
		put(l, cell, known);
	}
	return known == UNSURE ? -1 : known == YES;
}

struct cutting {
	struct cuts *cuts;
	size_t set, text;
};

static void cut_word(void *context, size_t set, size_t at, size_t len)
{
	struct cutting *c = context;

	if (set == c->set)
		cuts_add(c->cuts, (struct cut){c->text, at, len});
}

/* All matches of a regular expression that do not overlap. */
static int cut_regex(struct lexicon *l, int number, struct span chars,
    const struct compat *origin, const struct cutting *c)
{
	struct regex_search search = {.text = chars, .some = true};
	int rc;

	while ((rc = regex_find(l->regex, number, &search)) > 0) {
		struct cut cut = {c->text, search.at, search.len};

		if (origin && cut.len)
			compat_origin(origin, &cut.at, &cut.len);
		if (cut.len)
			cuts_add(c->cuts, cut);
	}
	return rc;
}

static int cut_text(
    struct lexicon *l, const struct set *s, const struct cutting *c)
{
	struct span chars = texts_at(l->texts, c->text);
	bool other = s->count && compat_make(&l->compat, chars);
	int rc = 0;

	if (s->words)
		words_find(l->words, chars, cut_word, (void *)c);
	for (size_t i = 0; i < s->count; i++) {
		if (cut_regex(l, s->regex[i], chars, NULL, c) < 0)
			rc = -1;
		if (other && cut_regex(l, s->regex[i], buf_span(&l->compat.out),
				 &l->compat, c) < 0)
			rc = -1;
	}
	return rc;
}

int lexicon_cuts(struct lexicon *l, size_t set, struct cuts *cuts)
{
	struct cutting c = {cuts, set, 0};
	int rc = 0;

	for (; l->texts && c.text < l->texts->count; c.text++) {
		if (cut_text(l, &l->set[set], &c) < 0)
			rc = -1;
	}
	return rc;
}
