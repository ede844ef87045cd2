/* SPDX-License-Identifier: ISC */
/* What a policy is once it is read; for the policy modules alone. */
#ifndef POLICY_RULE_H
#define POLICY_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "lexicon.h"
#include "parties.h"
#include "policy.h"
#include "span.h"
#include "stanza.h"
#include "table.h"
#include "text.h"
#include "xpath.h"

/* A file that was read. Its bytes stay, as names and texts point there. */
struct source {
	char *path;
	char *text;  /* as read */
	char *spare; /* room of the same size for strings without their
		      * backslashes; NULL until one is met */
	size_t len;
};

/* A place to point at. */
struct place {
	size_t source; /* its number */
	unsigned long line;
};

/* An entry of a table or of a list in a rule. */
struct entry {
	struct span text;
	bool is_table; /* the name of one */
	struct place place;
};

struct entries {
	struct entry *entry;
	size_t count, cap;
};

struct policy_table {
	struct span name;
	struct place place;
	struct entries entries;
	bool used, has_words;
	struct table *addresses; /* NULL until a from or to needs it */
	size_t words;            /* its set in the lexicon, likewise */
};

/* In the order of what they cost to find out; that is the order in which
 * they are tried. */
enum condition_kind {
	ON_EVENT,
	ON_KIND,
	ON_TYPE,
	ON_SIZE,
	ON_FROM,
	ON_TO,
	ON_BODY,
	ON_XPATH,
	CONDITION_KINDS,
};

enum size_op { SIZE_LT, SIZE_LE, SIZE_GT, SIZE_GE, SIZE_EQ, SIZE_NE, SIZE_OPS };

struct condition {
	enum condition_kind kind;
	bool negated;
	struct span source; /* as written */
	struct place place;
	uint32_t words; /* event, kind, type: a bit each */
	enum size_op op;
	uint64_t bytes;
	struct entries entries; /* from, to, body: as written */
	struct table *own;      /* from, to: entries that are no table */
	struct table **tables;  /* all of it, own among them */
	size_t *sets;           /* body: sets of the lexicon */
	size_t count;           /* of tables or sets */
	size_t xpath;           /* its number */
	struct span expr;
};

enum action { DO_PASS, DO_HOLD, DO_REJECT, DO_DROP, DO_REDACT, ACTIONS };

struct rule {
	struct span name;
	struct place place;
	enum action action;
	struct span text, with; /* .p NULL: none */
	bool once; /* redact: what it puts there, it would itself match */
	struct condition *condition;
	size_t conditions;
};

/* What is known of the record at hand; found out when first asked for. */
struct judged {
	enum event event;
	struct span data; /* the stanza's bytes as they are now */
	struct stanza stanza;
	bool has_kind, has_parties, has_texts, has_document;
	uint32_t kind, type; /* a bit each */
	struct parties parties;
	struct texts texts;
	struct cuts cuts;
	struct buf edited[2]; /* by turns */
	int turn;
	struct buf reasons;
	size_t redactions;
};

struct policy {
	struct source *source;
	size_t sources;
	struct rule *rule;
	size_t rules, rule_cap;
	struct policy_table *table;
	size_t tables, table_cap;
	struct note {
		struct place place;
		size_t number;
		struct policy_note note;
		char *text;
	} * note;
	size_t notes, note_cap;
	size_t faults;
	struct digest *digest;
	char tag[DIGEST_HEX + 1];
	struct lexicon *lexicon;
	struct xpath *xpath;
	size_t xpaths;
	struct judged judged;
};

/* The words that conditions know; NULL ends each list. A word's bit is its
 * place. */
extern const char *const condition_names[CONDITION_KINDS + 1];
extern const char *const event_words[];
extern const char *const kind_words[];
extern const char *const type_words[];
extern const char *const size_ops[SIZE_OPS + 1];
extern const char *const action_names[ACTIONS + 1];

/* The place of a word in a list, or -1. */
int word_index(const char *const *words, struct span word);

/* Add a note. */
void policy_fault(struct policy *, struct place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void policy_warn(struct policy *, struct place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Read a file into a new source and into the tag; false, with a note at
 * whence (at the file itself if it is NULL), if that fails. */
bool policy_load(struct policy *, const char *path, const struct place *whence,
    size_t *source);

/* Read a table's entries from a file beside the policy that names it. */
void policy_table_file(
    struct policy *, struct policy_table *, struct span path);

/* At most as many bytes of it as a note or an account quotes. */
struct span span_cut(struct span);

/* Read all statements of a source. */
void policy_parse(struct policy *, size_t source);

/* Look up the names that rules use and build what they need. */
void policy_resolve(struct policy *);

void entries_add(struct entries *, struct entry);

/* Whether a rule's condition is met: 1, 0, or -1 if that cannot be told. */
int condition_met(
    struct policy *, const struct rule *, const struct condition *);

/* Whether a text holds an entry of a body condition; likewise. */
int text_in_sets(struct policy *, const struct condition *, size_t text);

/* Go over to other bytes: a record's stanza, or what an edit made of it.
 * NULL, or why they cannot be read. */
const char *judged_begin(struct policy *, struct span data);

/* What conditions ask about, found out now if it was not yet. */
void judged_kind(struct policy *);
void judged_parties(struct policy *);
void judged_texts(struct policy *);
void judged_document(struct policy *);

/* Append lines of an account: the record, one rule and how it came out. */
void explain_record(struct policy *, const struct record *, struct buf *);
void explain_unmet(struct policy *, const struct rule *,
    const struct condition *, struct buf *);
void explain_met(
    struct policy *, const struct rule *, const char *outcome, struct buf *);
void explain_verdict(const struct record *, bool kept, struct buf *);

#endif
