/* SPDX-License-Identifier: ISC */
/* Policies, as cup-policy(5) describes them: reading them and deciding
 * records by them. */
/* lib/policy decides. In goes a policy's text and then record after record,
 * out comes each with a verdict, the rule's reason and, if it redacts, other
 * words.
 *
 * policy.h is the way in. load.c reads the files, lex.h makes tokens of them,
 * parse.c and condition.c (on parser.c and vocabulary.c) rules, resolve.c looks
 * up what rules name: tables (table.h; csv.c, includes.c), lexicons,
 * expressions. notes.c collects what is wrong; internal.h is what then is
 * there. For a record (judge.h) decide.c goes over the rules, match.c tells
 * whether a condition is met, body.c what is in the texts, with across.h, which
 * remembers the messages before, redact.c puts others there, explain.h says why;
 * kinds of conditions with more to them have all of it in on-*.c, over when.h,
 * encrypted.h, file.h, links.h and rate.h. snapshot.c keeps all that was read for
 * processes that come later. */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "record/record.h"

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

/* A policy can be read again as it was, with all files that it named: from now
 * on they are kept; then saved into one file, of which nobody else has a look
 * (false with errno); and to be read from there. Returns NULL, or in a few
 * words why that cannot be. */
void policy_keep(struct policy *);
bool policy_save(const struct policy *, const char *path);
const char *policy_from(struct policy *, const char *path);

/* Where the node's users put files: links that begin with url lead to what the
 * store (files.h) has. Before the first file of the policy; returns NULL, or in
 * a few words why that cannot be. */
const char *policy_files(struct policy *, const char *store, const char *url);

/* Read one more file as part of the policy, and the table files it names.
 * What is wrong becomes a note. */
void policy_read(struct policy *, const char *path);

/* It is for these events alone (of enum traffic_events), as they are named, and
 * with POLICY_UPLOADS for files: have a rule that they have nothing for noted as
 * doubtful. */
enum { POLICY_UPLOADS = 1 << 16 };
void policy_events(struct policy *, unsigned events, const char *named);

/* After the last file: look up names, build tables. True if nothing in the
 * policy is wrong; only then may it decide. */
bool policy_ready(struct policy *);

/* The notes, in the order of the files and lines; complete after
 * policy_ready. NULL past the last. */
const struct policy_note *policy_note(const struct policy *, size_t i);

/* Say each of them, with its place; warned: those that are doubtful, too.
 * whose: of which policy, "" or with ": " at its end. */
void policy_say(const struct policy *, bool warned, const char *whose,
    void (*say)(const char *format, ...)
	__attribute__((format(printf, 1, 2))));

/* The first digits of the SHA-256 of all files as read, NUL-terminated. */
const char *policy_tag(const struct policy *);
size_t policy_rules(const struct policy *);
struct span policy_rule_name(const struct policy *, size_t i);
bool policy_has_rule(const struct policy *, struct span name);
size_t policy_tables(const struct policy *);

/* Whether, for want of room, a conversation was forgotten whose messages a rule
 * with "across" might still have looked at. True only once. */
bool policy_forgot(struct policy *);

enum policy_outcome {
	POLICY_KEEP,  /* the record goes on as the line it came in */
	POLICY_WRITE, /* it was changed: write it anew */
	POLICY_BAD,   /* it is malformed: why says how */
};

/* Decide a record: change its verdict, reason, the terms on which it is held,
 * what files it links to and, if a rule redacts, stanza and original, whose bytes then stay until the
 * next call. account:
 * NULL, or where to append, in lines for people, which rules were tried on
 * what, and how it came out. */
enum policy_outcome policy_decide(
    struct policy *, struct record *, const char **why, struct buf *account);

#endif
