/* SPDX-License-Identifier: ISC */
/* Whether a stanza that was changed on its way is still the same one. */
#include "xml/same-stanza.h"

/* Attributes that a stage must not touch. */
static const char *const fixed[] = {"from", "to", "id", "type"};

static bool same_outside(const struct stanza *a, const struct stanza *b)
{
	if (!span_same(a->node[0].name, b->node[0].name) ||
	    !span_same(a->node[0].ns, b->node[0].ns))
		return false;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++) {
		struct span x = stanza_get(a, 0, fixed[i]);
		struct span y = stanza_get(b, 0, fixed[i]);

		if (!x.p != !y.p || !span_same(x, y))
			return false;
	}
	return true;
}

const char *same_stanza_check(
    struct same_stanza *a, struct span was, struct span now)
{
	const char *why = stanza_read(&a->now, now);

	if (why)
		return why;
	return stanza_read(&a->was, was) || !same_outside(&a->was, &a->now)
	    ? "is another one"
	    : NULL;
}

void same_stanza_release(struct same_stanza *a)
{
	stanza_release(&a->was);
	stanza_release(&a->now);
}
