/* SPDX-License-Identifier: ISC */
/* Sets that hold what recognisers find. */
#include "lexicon/lexicon-internal.h"

#include <stdlib.h>

#include "base/mem.h"

const char *lexicon_recognise(struct lexicon *l, size_t set, struct span name)
{
	int kind = recognise_kind(name);

	if (kind < 0)
		return "names no recogniser";
	l->set[set].kinds |= UINT32_C(1) << kind;
	l->kinds |= UINT32_C(1) << kind;
	return NULL;
}

void lexicon_urls(struct lexicon *l, size_t set,
    bool (*wanted)(void *context, struct span host), void *context, bool bare)
{
	l->set[set].wanted = wanted;
	l->set[set].context = context;
	l->kinds |= UINT32_C(1) << RECOGNISE_URL;
	if (bare)
		l->kinds |= UINT32_C(1) << RECOGNISERS;
}

struct adding {
	struct lexicon *lexicon;
	size_t text;
};

static void add(void *context, const struct recognised *r)
{
	const struct adding *a = context;
	struct lexicon *l = a->lexicon;
	struct token_found one = {a->text, r->at, r->len, r->value,
	    {"", 0}, r->kind, r->bare};
	size_t at = r->host, len = r->host_len;

	flat_origin(&l->flat, &one.at, &one.len);
	if (len) {
		flat_origin(&l->flat, &at, &len);
		one.host = (struct span){l->flat.text.p + at, len};
	}
	if (l->founds == l->found_cap) {
		l->found_cap = l->found_cap ? l->found_cap * 2 : 32;
		l->found =
		    mem_resize(l->found, l->found_cap, sizeof(*l->found));
	}
	l->found[l->founds++] = one;
}

static void recognise_all(struct lexicon *l)
{
	struct adding a = {l, 0};
	size_t count = l->texts->count;

	if (l->recognised)
		return;
	l->recognised = true;
	l->founds = 0;
	if (l->first_cap <= count) {
		l->first_cap = count + 8;
		l->first =
		    mem_resize(l->first, l->first_cap, sizeof(*l->first));
	}
	for (; a.text < count; a.text++) {
		l->first[a.text] = l->founds;
		flat_make(&l->flat, texts_at(l->texts, a.text));
		recognise(&l->flat, l->kinds, add, &a);
	}
	l->first[count] = l->founds;
}

static bool wants(const struct set *s, const struct token_found *f)
{
	if (!f->bare && s->kinds >> f->kind & 1)
		return true;
	return f->kind == RECOGNISE_URL && s->wanted && f->host.n &&
	    s->wanted(s->context, f->host);
}

bool recognised_in(struct lexicon *l, const struct set *s, size_t text)
{
	recognise_all(l);
	for (size_t i = l->first[text]; i < l->first[text + 1]; i++) {
		if (wants(s, &l->found[i]))
			return true;
	}
	return false;
}

void recognised_cuts(
    struct lexicon *l, const struct set *s, size_t text, struct cuts *cuts)
{
	recognise_all(l);
	for (size_t i = l->first[text]; i < l->first[text + 1]; i++) {
		const struct token_found *f = &l->found[i];

		if (wants(s, f))
			cuts_add(cuts, (struct cut){text, f->at, f->len});
	}
}

static int by_value(const void *a, const void *b)
{
	const struct token_found *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return (x->text > y->text) - (x->text < y->text);
}

/* The most that one text has of each value. */
static size_t count_values(const struct token_found *f, size_t n)
{
	size_t all = 0, most = 0, here = 0;

	for (size_t i = 0; i < n; i++) {
		bool other = i == 0 || f[i].value != f[i - 1].value;

		if (other) {
			all += most;
			most = 0;
		}
		here = other || f[i].text != f[i - 1].text ? 1 : here + 1;
		most = here > most ? here : most;
	}
	return all + most;
}

size_t lexicon_count(struct lexicon *l, size_t set)
{
	const struct set *s = &l->set[set];
	struct token_found *f;
	size_t n = 0;

	if (!l->texts)
		return 0;
	recognise_all(l);
	f = mem_alloc((l->founds + 1) * sizeof(*f));
	for (size_t i = 0; i < l->founds; i++) {
		if (wants(s, &l->found[i]))
			f[n++] = l->found[i];
	}
	if (n)
		qsort(f, n, sizeof(*f), by_value);
	n = count_values(f, n);
	free(f);
	return n;
}
