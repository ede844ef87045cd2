/* SPDX-License-Identifier: ISC */
/* Sets of words and regular expressions, asked about the texts of a stanza. */
#include "lexicon/lexicon.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "lexicon/lexicon-internal.h"

enum { FORMS_KEPT = 16, FORM_KEPT = 64 * 1024 }; /* of one, bytes */

struct lexicon *lexicon_new(void)
{
	struct lexicon *l = mem_zalloc(sizeof(*l));

	l->words = phrases_new();
	l->regex = regex_new();
	return l;
}

static void forget_forms(struct lexicon *l)
{
	for (size_t i = 0; i < l->forms; i++)
		compat_release(&l->form[i].compat);
	l->forms = 0;
}

void lexicon_free(struct lexicon *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->sets; i++)
		free(l->set[i].regex);
	free(l->set);
	phrases_free(l->words);
	regex_free(l->regex);
	forget_forms(l);
	free(l->form);
	fold_release(&l->fold);
	buf_release(&l->why);
	free(l->known);
	flat_release(&l->flat);
	free(l->found);
	free(l->first);
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
	if (span_starts(entry, "[:") && span_ends(entry, ":]"))
		return lexicon_recognise(l, set,
		    (struct span){entry.p + 2, entry.n < 4 ? 0 : entry.n - 4});
	if (!phrases_add(l->words, set, entry))
		return "has no word in it";
	s->words = true;
	return NULL;
}

void lexicon_begin(struct lexicon *l, const struct texts *texts)
{
	l->texts = texts;
	l->cleared = l->recognised = false;
	/* The memory of the first ones is kept, unless it is much. */
	if (l->forms > FORMS_KEPT)
		forget_forms(l);
	for (size_t i = 0; i < l->forms; i++) {
		l->form[i].made = false;
		if (l->form[i].compat.out.cap > FORM_KEPT)
			compat_release(&l->form[i].compat);
	}
}

static const struct form *form_of(struct lexicon *l, size_t text)
{
	struct form *f;

	if (text >= l->form_cap) {
		l->form_cap = text < 8 ? 8 : 2 * text;
		l->form = mem_resize(l->form, l->form_cap, sizeof(*l->form));
	}
	while (l->forms <= text)
		l->form[l->forms++] = (struct form){.made = false};
	f = &l->form[text];
	if (!f->made)
		f->result = compat_make(&f->compat, &l->fold,
		    texts_at(l->texts, text));
	f->made = true;
	return f;
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

/* A text that expands beyond measure is not gone through for its words. */
static bool beyond(struct lexicon *l, size_t text)
{
	return texts_at(l->texts, text).n > COMPAT_MORE &&
	    form_of(l, text)->result == COMPAT_LONG;
}

/* False if that cannot be told. */
static bool find_words(struct lexicon *l, size_t text)
{
	enum known looked;

	l->row = text * (l->sets + 1);
	looked = get(l, l->row + l->sets);
	if (looked != UNKNOWN)
		return looked == YES;
	if (beyond(l, text)) {
		put(l, l->row + l->sets, UNSURE);
		return false;
	}
	phrases_find(l->words, texts_at(l->texts, text), found_word, l);
	put(l, l->row + l->sets, YES);
	return true;
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
	const struct form *form;
	enum known first, second;

	if ((s->kinds || s->wanted) && recognised_in(l, s, text))
		return YES;
	if (s->count == 0)
		return NO;
	first = find_regex(l, s, texts_at(l->texts, text));
	if (first == YES)
		return first;
	form = form_of(l, text);
	if (form->result != COMPAT_OTHER)
		return form->result == COMPAT_LONG ? UNSURE : first;
	second = find_regex(l, s, buf_span(&form->compat.out));
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
	if (s->words && !find_words(l, text))
		return -1;
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
	const struct form *form = s->count ? form_of(l, c->text) : NULL;
	int rc = form && form->result == COMPAT_LONG ? -1 : 0;

	if (s->words && beyond(l, c->text))
		rc = -1;
	else if (s->words)
		phrases_find(l->words, chars, cut_word, (void *)c);
	if (s->kinds || s->wanted)
		recognised_cuts(l, s, c->text, c->cuts);
	for (size_t i = 0; i < s->count; i++) {
		if (cut_regex(l, s->regex[i], chars, NULL, c) < 0)
			rc = -1;
		if (form && form->result == COMPAT_OTHER &&
		    cut_regex(l, s->regex[i], buf_span(&form->compat.out),
			&form->compat, c) < 0)
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
