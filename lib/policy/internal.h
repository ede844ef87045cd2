/* SPDX-License-Identifier: ISC */
/* What a policy is once it is read; for the policy modules alone. */
#ifndef POLICY_INTERNAL_H
#define POLICY_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/span.h"
#include "lexicon/lexicon.h"
#include "lexicon/resembles.h"
#include "policy/across.h"
#include "policy/file.h"
#include "policy/links.h"
#include "policy/policy.h"
#include "policy/rate.h"
#include "policy/table.h"
#include "policy/when.h"
#include "record/participants.h"
#include "record/review.h"
#include "record/terms.h"
#include "xml/schema.h"
#include "xml/stanza.h"
#include "xml/text.h"
#include "xml/xpath.h"

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
	struct entries entries, hashed; /* hashed: "#word", a comment */
	bool used, has_words;
	enum { TABLE_NEW, TABLE_ENTERED, TABLE_CHECKED } state;
	const void *listed; /* the last list it was put into */
	struct table *addresses; /* NULL until a from or to needs it */
	size_t words;            /* its set in the lexicon, likewise */
	bool resembles;          /* its entries are looked for so, too */
};

/* In the order of what they cost to find out; that is the order in which
 * they are tried. */
enum condition_kind {
	ON_EVENT,
	ON_KIND,
	ON_TYPE,
	ON_SIZE,
	ON_TIME,
	ON_DAY,
	ON_SINCE, /* from DATE */
	ON_UNTIL,
	ON_FROM,
	ON_TO,
	ON_ENCRYPTED,
	ON_FILE,
	ON_BODY,
	ON_XPATH,
	ON_SCHEMA,
	ON_RATE, /* the last, as it counts what meets the others */
	CONDITION_KINDS,
};

enum size_op { SIZE_LT, SIZE_LE, SIZE_GT, SIZE_GE, SIZE_EQ, SIZE_NE, SIZE_OPS };

/* How a body condition looks at texts. */
enum body_how { BODY_MATCHES, BODY_RESEMBLES, BODY_HAS };

/* Of which messages ACROSS_MAX make a word at most. */
enum { ACROSS_MIN = 2, ACROSS_MAX = 8, LEAST_MAX = 1000000 };

struct condition {
	enum condition_kind kind;
	bool negated;
	struct span source; /* as written */
	struct place place;
	uint32_t words; /* event, kind, type, day, encrypted: a bit each;
			 * file, rate: of what */
	enum size_op op;
	uint64_t bytes;
	struct entries entries; /* from, to, body: as written */
	struct table *own;      /* from, to: entries that are no table */
	struct table **tables;  /* all of it, own among them */
	size_t *sets;           /* body: sets of the lexicon */
	enum body_how how;
	size_t across, least;   /* body: 0 if not given */
	struct url_to {         /* body has url to: .place.line 0 if not */
		struct place place;
		bool negated;
		struct entries entries;
		struct table *own, **tables;
		size_t count;
		struct buf host; /* of the moment */
	} url;
	size_t count;           /* of tables, sets or patterns */
	size_t xpath;           /* its number */
	struct span expr;
	struct when *when;      /* time, day, from DATE, until DATE */
	char **pattern;         /* file: of names or types; digests, sorted */
	struct rate *rate;
	struct schema *schema;  /* borrowed from the policy */
};

enum action { DO_PASS, DO_HOLD, DO_REJECT, DO_DROP, DO_REDACT, ACTIONS };

struct rule {
	struct span name;
	struct place place;
	enum action action;
	struct span text, with; /* .p NULL: none */
	struct terms terms; /* hold: on which; zeroes: none were given */
	bool once; /* redact: what it puts there, it would itself match */
	struct condition *condition;
	size_t conditions;
};

/* What is known of the record at hand; found out when first asked for. */
struct judged {
	enum event event;
	struct span time; /* as the record has it */
	struct span data; /* the stanza's bytes as they are now */
	struct stanza stanza;
	bool has_kind, has_participants, has_texts, has_document, has_files,
	    has_links;
	uint32_t kind, type; /* a bit each */
	struct participants participants;
	struct keys {
		struct table_key form[JID_FORMS];
	} *key[PARTICIPANTS_SIDES]; /* of each of them */
	size_t key_cap[PARTICIPANTS_SIDES];
	struct texts texts;
	struct cuts cuts;
	const struct record *record;
	size_t *part; /* the texts that are the message's own words */
	struct span *spoken; /* their bytes */
	size_t parts, part_cap;
	struct files files;
	struct links links; /* its store is the policy's */
	struct buf rate_key;
	struct buf edited[2]; /* by turns */
	int turn;
	struct buf reasons, extra, linked;
	struct review_reason released; /* rules.n 0: it was not */
	struct terms terms; /* of the rule that decided */
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
	bool keeps, from;     /* its files, into kept, or out of snapshot */
	struct buf kept, snapshot;
	unsigned events; /* that it is for; 0: not known */
	const char *events_named;
	struct digest *digest;
	char tag[DIGEST_HEX + 1];
	struct lexicon *lexicon;
	struct resembles *resembles; /* NULL until a rule needs it */
	struct across *across;       /* likewise */
	struct xpath *xpath;
	size_t xpaths;
	struct policy_schema {
		struct span path; /* as written */
		size_t policy;    /* the source that names it */
		struct schema *schema;
	} *schema;
	size_t schemas;
	struct zone **zone; /* that rules name */
	size_t zones;
	struct judged judged;
};

/* The words that conditions know; NULL ends each list. A word's bit is its
 * place. */
extern const char *const condition_names[CONDITION_KINDS + 1];
extern const char *const event_words[];
extern const char *const kind_words[];
extern const char *const type_words[];
extern const char *const day_words[];
extern const char *const encrypted_words[];
extern const char *const size_ops[SIZE_OPS + 1];
extern const char *const action_names[ACTIONS + 1];

/* The place of a word in a list, or -1. */
int word_index(const char *const *words, struct span word);

/* notes.c: add a note. */
void policy_fault(struct policy *, struct place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void policy_warn(struct policy *, struct place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* In the order of files and lines, once there are no more of them. */
void policy_sort_notes(struct policy *);

/* load.c: read a file into a new source and into the tag; false, with a note at
 * whence (at the file itself if it is NULL), if that fails. */
bool policy_load(struct policy *, const char *path, const struct place *whence,
    size_t *source);

/* snapshot.c: all bytes of a file, but no more than max and 64 KiB;
 * false with errno. */
bool file_bytes(int fd, size_t max, struct buf *);
/* Keep a file that was read, if it is to be; find one in the snapshot, false
 * with errno. */
void snapshot_add(struct policy *, const char *path, struct span text);
bool snapshot_find(const struct policy *, const char *path, struct buf *);

/* Read a file that is named in a policy and lies beside it. Its path is the
 * source's. */
bool policy_load_beside(struct policy *, struct span path,
    const struct place *whence, size_t *source);

/* Read a table's entries from a file beside the policy that names it; of one
 * in CSV, without its first row if that is a header. */
void policy_table_file(
    struct policy *, struct policy_table *, struct span path, bool header);

/* csv.c: whether a file's name says that it is in CSV; read one, false with a
 * note if it is not. */
bool csv_is(struct span path);
bool csv_read(
    struct policy *, struct policy_table *, size_t source, bool header);

/* At most as many bytes of it as a note or an account quotes. */
struct span span_cut(struct span);

/* Read all statements of a source. */
void policy_parse(struct policy *, size_t source);

/* Look up the names that rules use and build what they need. */
void policy_resolve(struct policy *);

/* reach.c: say which rules its events have nothing for. */
void policy_warn_unreached(struct policy *);

/* on-when.c: the zone of that name (.p NULL: UTC), or NULL; give it to a
 * rule's conditions, once all are read; warn of rules whose time is over. */
struct zone *policy_zone(struct policy *, struct span name);
void settle_when(struct policy *, const struct rule *, struct span zone);
void warn_lapsed(struct policy *);

void entries_add(struct entries *, struct entry);

#endif
