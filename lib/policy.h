/* SPDX-License-Identifier: ISC */
/* Policies, as cup-policy(5) describes them: reading them and deciding
 * records by them. */
#ifndef POLICY_H
#define POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "record.h"

enum {
	POLICY_FILE_MAX = 64 * 1024 * 1024, /* bytes of a policy or table */
	POLICY_TEXT_MAX = 512,              /* of a rule's text and with */
	POLICY_ROUNDS = 4,                  /* of one rule's redacting */
	POLICY_TAG = 8,                     /* digits of a tag */
};

/* Decides what no rule does; no rule can be named so. */
#define POLICY_NO_RULE "no-rule"

/* Something wrong in a policy, or only doubtful. */
struct policy_note {
	const char *path;
	unsigned long line; /* 0: the file as a whole */
	bool warning;       /* doubtful */
	const char *text;
};

struct policy;

struct policy *policy_new(void);
void policy_free(struct policy *);

/* Read one more file as part of the policy, and the table files it names.
 * What is wrong becomes a note. */
void policy_read(struct policy *, const char *path);

/* After the last file: look up names, build tables. True if nothing in the
 * policy is wrong; only then may it decide. */
bool policy_ready(struct policy *);

/* The notes, in the order of the files and lines; complete after
 * policy_ready. NULL past the last. */
const struct policy_note *policy_note(const struct policy *, size_t i);

/* The first digits of the SHA-256 of all files as read, NUL-terminated. */
const char *policy_tag(const struct policy *);
size_t policy_rules(const struct policy *);
size_t policy_tables(const struct policy *);

enum policy_outcome {
	POLICY_KEEP,  /* the record goes on as the line it came in */
	POLICY_WRITE, /* it was changed: write it anew */
	POLICY_BAD,   /* it is malformed: why says how */
};

/* Decide a record: change its verdict, reason, and if a rule redacts also
 * stanza and original, whose bytes then stay until the next call. account:
 * NULL, or where to append, in lines for people, which rules were tried on
 * what, and how it came out. */
enum policy_outcome policy_decide(
    struct policy *, struct record *, const char **why, struct buf *account);

#endif
