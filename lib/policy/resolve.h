/* SPDX-License-Identifier: ISC */
/* What looking up the names of a policy takes, of several files. */
#ifndef POLICY_RESOLVE_H
#define POLICY_RESOLVE_H

#include "policy/internal.h"

/* The tables by name; one of them, or NULL. */
struct named;
struct policy_table *find_table(
    struct policy *, const struct named *, const struct span *name);

/* Note that an entry is refused, and why. */
void policy_refuse(struct policy *, const struct entry *, const char *why);

/* includes.c: false, with a note, if a table holds itself or one that is not
 * there. */
bool check_includes(struct policy *, const struct named *);

/* The table that an entry names, and all that it holds, onto a list, each
 * once. The list's table is the caller's to free. */
struct table_list {
	struct policy_table **table;
	size_t count;
};
void table_list_add(struct policy *, const struct named *,
    const struct entry *, struct table_list *);

/* Put the tables that a list names, with all that these hold, onto a list;
 * whether it has entries of its own. */
bool list_tables(struct policy *, const struct named *,
    const struct entries *, struct table_list *);

/* Where the tables go that a list of addresses and tables is. */
struct operand {
	struct table **own, ***tables;
	size_t *count;
};
void resolve_operand(struct policy *, const struct named *,
    const struct entries *, struct operand);

/* resolve-body.c, on-file.c: look up what such a condition names. */
void resolve_body(
    struct policy *, const struct named *, struct condition *);
void resolve_file(
    struct policy *, const struct named *, struct condition *);

#endif
