/* SPDX-License-Identifier: ISC */
/* One intercepted stanza or event and what was decided of it: a line of ten
 * fields with a TAB between, as cup-record(5) says. */
#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "span.h"

enum record_field {
	RECORD_ID,
	RECORD_TIME,
	RECORD_NODE,
	RECORD_SESSION,
	RECORD_EVENT,
	RECORD_VERDICT,
	RECORD_REASON,
	RECORD_PROOF,
	RECORD_STANZA,
	RECORD_ORIGINAL,
	RECORD_FIELDS,
};

enum {
	RECORD_LINE_MAX = 8 * 1024 * 1024, /* bytes of a line, without its LF */
	RECORD_STANZA_MAX = 256 * 1024,	   /* of a stanza, unless set */
	RECORD_TOKEN_MAX = 255,		   /* of a node's or session's name */
};

enum event { EVENT_SEND, EVENT_RECV, EVENT_LOGIN, EVENT_LOGOUT, EVENT_DONE,
	EVENTS };

/* In the order of their tightness; the last three are released ones. */
enum verdict { VERDICT_NONE, VERDICT_PASS, VERDICT_HOLD, VERDICT_REJECT,
	VERDICT_DROP, VERDICT_DELIVER, VERDICT_RETURN, VERDICT_DISCARD,
	VERDICTS };

/* The namespace of cup's own elements: session, done, oversize. */
#define RECORD_NS "urn:cup:session:1"

struct record {
	struct span field[RECORD_FIELDS]; /* an absent one is "-" */
	struct span extra; /* what follows the tenth, with its TAB; n 0: none */
	enum event event;
	enum verdict verdict;
};

/* Take a line, without its LF, apart; the spans point into it. Returns NULL,
 * or in a few words why this is not a record. Checked are the number of
 * fields, UTF-8, control characters, and each field's form; of the stanza and
 * the original only that they begin and end as an element does. */
const char *record_parse(struct record *, const char *line, size_t len);

/* Append the record as a line with its LF. Fields are written as they stand
 * in field[]; event and verdict are not looked at. */
void record_write(struct buf *, const struct record *);

/* Set the verdict, in verdict and in field[]. */
void record_set_verdict(struct record *, enum verdict);

/* Whether a field is absent, that is "-". */
bool record_absent(const struct record *, enum record_field);

/* The words of the format. event_from and verdict_from return -1 for a word
 * that is none. */
const char *event_name(enum event);
const char *verdict_name(enum verdict);
int event_from(struct span);
int verdict_from(struct span);

/* One reason: RULE@TAG or RULE@TAG: TEXT. */
struct reason {
	struct span rule, tag, text; /* text.p NULL: none */
};

/* Take the first reason off a reason field, where several are joined by
 * "; ". Returns false when none is left. A text may itself hold "; ": only
 * where RULE@TAG follows does a new reason begin. */
bool reason_next(struct span *field, struct reason *);

/* The last reason of the field: that of the decision that stands. False if
 * the field is absent. */
bool reason_last(struct span field, struct reason *);

/* Whether a word can name a rule: a letter, digit or '_', then also '-' and
 * '.'; at most 64 bytes. */
bool reason_name_valid(struct span);

#endif
