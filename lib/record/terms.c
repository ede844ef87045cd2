/* SPDX-License-Identifier: ISC */
/* On which terms a record is held. */
#include "record/terms.h"

#include <stdbool.h>

static const char prefix[] = "\tterms=";

/* A number from 1 to max behind NAME: of one of the terms. */
static bool read_term(struct span s, const char *name, uint64_t max,
    uint64_t *value)
{
	size_t i = strlen(name);
	uint64_t n = 0;

	if (!span_starts(s, name) || i == s.n)
		return false;
	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && n <= max; i++)
		n = 10 * n + (uint64_t)(s.p[i] - '0');
	if (i < s.n || n < 1 || n > max)
		return false;
	*value = n;
	return true;
}

static void read_terms(struct span list, struct terms *t)
{
	while (list.n) {
		const char *comma = memchr(list.p, ',', list.n);
		size_t n = comma ? (size_t)(comma - list.p) : list.n;
		struct span one = {list.p, n};
		uint64_t reviewers;

		if (read_term(one, "reviewers:", TERMS_REVIEWERS_MAX,
			&reviewers))
			t->reviewers = (unsigned)reviewers;
		else
			(void)read_term(one, "expires:", TERMS_EXPIRES_MAX,
			    &t->expires);
		n += comma != NULL;
		list = (struct span){list.p + n, list.n - n};
	}
}

void record_terms(const struct record *r, struct terms *t)
{
	struct span extra = r->extra, field;

	*t = (struct terms){1, 0};
	while (record_extra_next(&extra, &field)) {
		if (span_starts(field, prefix))
			read_terms((struct span){field.p + sizeof(prefix) - 1,
					field.n - (sizeof(prefix) - 1)}, t);
	}
}

void terms_write(struct buf *b, struct span extra, const struct terms *t)
{
	struct span field;
	bool several = t->reviewers > 1;

	while (record_extra_next(&extra, &field)) {
		if (!span_starts(field, prefix))
			buf_addspan(b, field);
	}
	if (!several && !t->expires)
		return;
	buf_adds(b, prefix);
	if (several)
		buf_addf(b, "reviewers:%u", t->reviewers);
	if (t->expires)
		buf_addf(b, "%sexpires:%llu", several ? "," : "",
		    (unsigned long long)t->expires);
}
