/* SPDX-License-Identifier: ISC */
/* Accounts of how a record was judged; for the policy modules alone. */
#ifndef POLICY_EXPLAIN_H
#define POLICY_EXPLAIN_H

#include "policy/internal.h"

enum { EXPLAIN_VALUES = 4 }; /* of one condition */

/* Append a value in quotes, on one line, cut; and of count values, if fewer are
 * shown, how many more there are. */
void explain_quoted(struct buf *, struct span);
void explain_more(struct buf *, size_t shown, size_t count);

/* Append lines of an account: the record, one rule and how it came out. */
void explain_record(struct policy *, const struct record *, struct buf *);
void explain_unmet(struct policy *, const struct rule *,
    const struct condition *, struct buf *);
void explain_met(
    struct policy *, const struct rule *, const char *outcome, struct buf *);
/* One that is left out, as a person has released what it held. */
void explain_released(struct policy *, const struct rule *, struct buf *);
void explain_verdict(const struct record *, bool kept, struct buf *);

/* Append what of the record a condition looks at, of kinds that have a file of
 * their own, on-*.c. */
void see_when(struct policy *, const struct condition *, struct buf *);
void see_encrypted(struct policy *, const struct condition *, struct buf *);
void see_file(struct policy *, const struct condition *, struct buf *);
void see_schema(struct policy *, const struct condition *, struct buf *);
void see_rate(struct policy *, const struct condition *, struct buf *);

/* Append what the rule's conditions saw, and as what it was read; nothing if
 * none of them reads between the lines. */
void body_seen(struct policy *, const struct rule *, struct buf *);

/* Append, in lines with that indent, how it was read. */
void body_steps(
    struct policy *, const struct condition *, struct buf *, int indent);

#endif
