/* SPDX-License-Identifier: ISC */
/* Judging a record by a policy that is read; for the policy modules alone. */
#ifndef POLICY_JUDGE_H
#define POLICY_JUDGE_H

#include "policy/internal.h"

/* Whether a rule's condition is met: 1, 0, or -1 if that cannot be told. */
int condition_met(
    struct policy *, const struct rule *, const struct condition *);

/* The same for kinds that have a file of their own, on-*.c. */
int met_time(struct policy *, const struct rule *, const struct condition *);
int met_day(struct policy *, const struct rule *, const struct condition *);
int met_date(struct policy *, const struct rule *, const struct condition *);
int met_encrypted(
    struct policy *, const struct rule *, const struct condition *);
int met_file(struct policy *, const struct rule *, const struct condition *);
int met_schema(
    struct policy *, const struct rule *, const struct condition *);
int met_rate(struct policy *, const struct rule *, const struct condition *);

/* Whether so many bytes are what a condition on a size asks for. */
bool size_holds(const struct condition *, uint64_t bytes);

/* body.c: whether a text holds an entry of a body condition; likewise. */
int text_in_sets(struct policy *, const struct condition *, size_t text);

/* Collect all places of it in all texts; false if they cannot be told. */
bool body_cuts(struct policy *, const struct condition *, struct cuts *);

/* Go over to the texts at hand. */
void body_begin(struct policy *);

/* Whether there are as many as the condition wants; whether it is met over
 * several messages: 1, 0 or -1. */
bool body_count(struct policy *, const struct condition *);
int body_across(struct policy *, const struct condition *);

/* Remember what is let go on, if a rule looks at several messages. */
void body_keep(struct policy *);

/* Give the lexicon the urls that the condition wants. */
void body_urls(struct policy *, struct condition *, size_t set);

/* Go over to other bytes: a record's stanza, or what an edit made of it.
 * NULL, or why they cannot be read. */
const char *judged_begin(struct policy *, struct span data);

/* What conditions ask about, found out now if it was not yet. */
void judged_kind(struct policy *);
void judged_participants(struct policy *);
void judged_texts(struct policy *);
void judged_document(struct policy *);
void judged_files(struct policy *);
void judged_links(struct policy *);

/* Why a record is refused where it cannot be told whether a rule is met. */
extern const char policy_unjudged[];

/* One more reason: RULE@TAG, and a text where there is one. */
void judged_add_reason(struct policy *, struct span name, struct span text);

/* And before it what was read where it is not plain to see. */
void judged_add_seen(struct policy *, const struct rule *);

/* redact.c: put the rule's text in the place of all that it matches, and add
 * the reason. NULL, or why that is not possible: then the record is to be
 * refused. account: as for policy_decide. */
const char *rule_redact(struct policy *, const struct rule *,
    struct buf *account);

#endif
