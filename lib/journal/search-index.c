/* SPDX-License-Identifier: ISC */
/* Conditions on the slices of an index. */
#include <stdlib.h>

#include "base/mem.h"
#include "journal/index-keys.h"
#include "journal/search-internal.h"
#include "xml/jid.h"

void search_span(const struct search *s, int64_t *since, int64_t *until)
{
	*since = INT64_MIN;
	*until = INT64_MAX;
	if (s->asked & 1u << SEARCH_SINCE)
		(void)stamp_read(s->since, STAMP_LEN, since);
	if (s->asked & 1u << SEARCH_UNTIL)
		(void)stamp_read(s->until, STAMP_LEN, until);
}

/* Slices with that event or verdict. */
static bool mark_names(const struct search *s, enum search_key k,
    struct index *x, unsigned char *mark)
{
	bool event = k == SEARCH_EVENT;
	unsigned count = event ? (unsigned)EVENTS : (unsigned)VERDICTS;

	for (unsigned i = 0; i < count; i++) {
		const char *name = event ? event_name((enum event)i)
					 : verdict_name((enum verdict)i);

		if ((s->bits[k] >> i & 1) &&
		    !index_find(x, index_key(event ? INDEX_EVENT : INDEX_VERDICT,
				       span_of(name)),
			mark))
			return false;
	}
	return true;
}

/* Slices with that value. */
static bool mark_value(enum search_key k, struct span value, struct index *x,
    unsigned char *mark)
{
	static const enum index_kind kinds[SEARCH_KEYS] = {
	    [SEARCH_NODE] = INDEX_NODE, [SEARCH_SESSION] = INDEX_SESSION,
	    [SEARCH_RULE] = INDEX_RULE, [SEARCH_ID] = INDEX_ID,
	    [SEARCH_FROM] = INDEX_FROM, [SEARCH_TO] = INDEX_TO,
	    [SEARCH_WITH] = INDEX_FROM};

	if (k >= SEARCH_WITH)
		value = jid_bare(value);
	return index_find(x, index_key(kinds[k], value), mark) &&
	    (k != SEARCH_WITH ||
		index_find(x, index_key(INDEX_TO, value), mark));
}

static void keep_marked(unsigned char *slices, unsigned char *mark, size_t n)
{
	for (size_t i = 0; i < n; i++)
		slices[i] &= mark[i];
	memset(mark, 0, n);
}

/* mark is of zeros, and is again afterwards. */
static bool keep(const struct search *s, enum search_key k, struct index *x,
    unsigned char *slices, unsigned char *mark)
{
	const struct values *v = &s->values[k];
	size_t n = index_slices(x);

	if (k == SEARCH_EVENT || k == SEARCH_VERDICT) {
		if (!mark_names(s, k, x, mark))
			return false;
		keep_marked(slices, mark, n);
		return true;
	}
	for (size_t i = 0; i < v->count; i++) {
		if (!mark_value(k, buf_span(&v->item[i]), x, mark))
			return false;
		if (k == SEARCH_WITH)
			keep_marked(slices, mark, n);
	}
	if (k != SEARCH_WITH)
		keep_marked(slices, mark, n);
	return true;
}

/* Those that the conditions leave. */
static bool narrow(const struct search *s, struct index *x,
    unsigned char *slices, unsigned char *mark)
{
	static const unsigned not_in_it = 1u << SEARCH_SINCE |
	    1u << SEARCH_UNTIL | 1u << SEARCH_WORDS | 1u << SEARCH_TEXT;

	for (int k = 0; k < SEARCH_KEYS; k++) {
		if ((s->asked & ~not_in_it & 1u << k) &&
		    !keep(s, (enum search_key)k, x, slices, mark))
			return false;
	}
	return true;
}

bool search_slices(const struct search *s, struct index *x,
    unsigned char *slices)
{
	size_t n = index_slices(x);
	unsigned char *mark = mem_zalloc(n + 1);
	int64_t since, until, from, before;
	bool sound = true;

	index_span(x, &since, &until);
	search_span(s, &from, &before);
	memset(slices, 0, n);
	if (until >= from && since < before) {
		memset(slices, SEARCH_MEANT, n);
		sound = narrow(s, x, slices, mark);
	}
	sound = sound &&
	    index_find(x, index_key(INDEX_BROKEN, (struct span){NULL, 0}),
		mark);
	for (size_t i = 0; i < n; i++)
		slices[i] |= mark[i] ? SEARCH_REPORTED : 0;
	free(mark);
	return sound;
}
