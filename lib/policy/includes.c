/* SPDX-License-Identifier: ISC */
/* Tables that hold other tables. */
#include <stdlib.h>

#include "base/mem.h"
#include "policy/resolve.h"

enum { INCLUDES_MAX = 64 }; /* tables in one another */

static struct policy_table *included(
    struct policy *p, const struct named *names, const struct entry *e)
{
	struct policy_table *t = find_table(p, names, &e->text);

	if (!t)
		policy_fault(p, e->place, "no table '%.*s'",
		    SPAN_ARG(span_cut(e->text)));
	return t;
}

/* Go down from a table; a table that is met on its own way down is in a
 * cycle. False after a note. */
static bool check_table(struct policy *p, const struct named *names,
    struct policy_table *t, size_t depth)
{
	if (t->state == TABLE_CHECKED)
		return true;
	t->state = TABLE_ENTERED;
	for (size_t i = 0; i < t->entries.count; i++) {
		const struct entry *e = &t->entries.entry[i];
		struct policy_table *in =
		    e->is_table ? included(p, names, e) : NULL;

		if (!in)
			continue;
		if (in->state == TABLE_ENTERED) {
			policy_fault(p, e->place,
			    in == t ? "the table '%.*s' holds itself"
				    : "the table '%.*s' holds itself, by way "
				      "of others",
			    SPAN_ARG(span_cut(e->text)));
			return false;
		}
		if (depth == INCLUDES_MAX) {
			policy_fault(p, e->place,
			    "more than %d tables in one another",
			    INCLUDES_MAX);
			return false;
		}
		if (!check_table(p, names, in, depth + 1))
			return false;
	}
	t->state = TABLE_CHECKED;
	return true;
}

bool check_includes(struct policy *p, const struct named *names)
{
	bool good = true;

	for (size_t i = 0; good && i < p->tables; i++)
		good = check_table(p, names, &p->table[i], 1);
	return good;
}

static void list_add(struct policy *p, const struct named *names,
    struct policy_table *t, struct table_list *list)
{
	if (t->listed == list)
		return;
	t->listed = list;
	t->used = true;
	list->table = mem_resize(
	    list->table, list->count + 1, sizeof(struct policy_table *));
	list->table[list->count++] = t;
	for (size_t i = 0; i < t->entries.count; i++) {
		const struct entry *e = &t->entries.entry[i];
		struct policy_table *in =
		    e->is_table ? find_table(p, names, &e->text) : NULL;

		if (in)
			list_add(p, names, in, list);
	}
}

void table_list_add(struct policy *p, const struct named *names,
    const struct entry *e, struct table_list *list)
{
	struct policy_table *t = included(p, names, e);

	if (!list->count) {
		for (size_t i = 0; i < p->tables; i++)
			p->table[i].listed = NULL;
	}
	if (t)
		list_add(p, names, t, list);
}
