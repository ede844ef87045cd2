/* SPDX-License-Identifier: ISC */
/* How long records are kept. */
#include "prune/keeps.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static const struct kind {
	const char *prefix;
	enum search_key key;
} kinds[] = {{"rule:", SEARCH_RULE}, {"node:", SEARCH_NODE},
    {"jid:", SEARCH_WITH}};

enum { KINDS = sizeof(kinds) / sizeof(*kinds), DIGITS = 9 };

/* What no record's time can be written before. */
static const int64_t year_0 = -62167219200000000;

/* Months and years are those of the calendar. */
static const char *cutoff(int64_t *when, const char *duration, int64_t now)
{
	size_t n = strspn(duration, "0123456789");
	struct buf before = BUF_EMPTY;
	bool ok;

	/* Minutes to all other programs, and months to whoever thinks of
	 * years: what is gone then does not come back. */
	if (n && duration[n] == 'm' && !duration[n + 1])
		return "may mean months, which are M: minutes are not taken";
	if (n == 0 || n > DIGITS || *duration == '0' || !duration[n] ||
	    !strchr("shdwMy", duration[n]) || duration[n + 1])
		return "is not a number with s, h, d, w, M or y";
	buf_addf(&before, "-%s", duration);
	ok = stamp_parse(buf_str(&before), now, when) && *when >= year_0;
	buf_release(&before);
	return ok ? NULL : "goes back too far";
}

static struct keep *add(struct keeps *k, const char *text, int64_t before)
{
	struct keep *new;

	k->keep = mem_resize(k->keep, k->count + 1, sizeof(*k->keep));
	new = &k->keep[k->count++];
	*new = (struct keep){.text = mem_strdup(text), .before = before};
	stamp_write(new->cutoff, before);
	return new;
}

const char *keeps_add(struct keeps *k, const char *duration, int64_t now)
{
	int64_t when;
	const char *why = cutoff(&when, duration, now);

	if (why)
		return why;
	if (keeps_general(k))
		return "is said twice";
	add(k, duration, when);
	return NULL;
}

const char *keeps_add_for(struct keeps *k, const char *value, int64_t now)
{
	const char *equals = strrchr(value, '='), *why;
	char *whose;
	int64_t when;
	struct keep *new;
	size_t i = 0, n;

	while (i < KINDS && strncmp(value, kinds[i].prefix,
				strlen(kinds[i].prefix)) != 0)
		i++;
	if (i == KINDS)
		return "begins with none of rule:, node: and jid:";
	n = strlen(kinds[i].prefix);
	if (!equals || equals == value + n)
		return "is not KIND:VALUE=DURATION";
	why = cutoff(&when, equals + 1, now);
	if (why)
		return why;
	new = add(k, value, when);
	new->search = search_new();
	whose = mem_dup(value + n, (size_t)(equals - value) - n);
	why = search_add(new->search, kinds[i].key, whose, now);
	free(whose);
	return why;
}

const struct keep *keeps_general(const struct keeps *k)
{
	for (size_t i = 0; i < k->count; i++) {
		if (!k->keep[i].search)
			return &k->keep[i];
	}
	return NULL;
}

/* Of a stanza that cannot be read nobody knows whose it is. */
static bool is_about(const struct keep *k, const struct record *r)
{
	return k->search && search_matches(k->search, r) != SEARCH_NO;
}

const struct keep *keeps_of(const struct keeps *k, const struct record *r)
{
	const struct keep *longest = NULL;

	for (size_t i = 0; i < k->count; i++) {
		const struct keep *one = &k->keep[i];

		if ((!longest || memcmp(one->cutoff, longest->cutoff,
				     STAMP_LEN) < 0) && is_about(one, r))
			longest = one;
	}
	return longest ? longest : keeps_general(k);
}

void keeps_release(struct keeps *k)
{
	for (size_t i = 0; i < k->count; i++) {
		search_free(k->keep[i].search);
		free(k->keep[i].text);
	}
	free(k->keep);
	*k = (struct keeps){NULL, 0};
}
