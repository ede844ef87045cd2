/* SPDX-License-Identifier: ISC */
/* One intercepted stanza or event and what was decided of it: a line of ten
 * fields with a TAB between, as cup-record(5) says. */
/* lib/record is what all stages speak: the record. In goes what was said on a
 * stream, out comes a line; or a line in, and its fields out.
 *
 * record.h reads and writes the line. reader.h takes records from a descriptor,
 * channel.h lines from and to a command or a server. recording.h makes records
 * of what people recorded: logline.h reads what logs write between stanzas,
 * traffic.h says what an element means and for whom (local.h), direction.h
 * which way it went, password.h what nobody may read, recorder.h stamps it.
 * review.h is what a person settled of a record that was held, as an element.
 * files.h is what was sent by HTTP and where it is kept, slot.h the leave to send
 * it. fields.h names what is in a record; inner.h says whose words it holds, participants.h
 * whom it is from and to; proof.h is the mark of a journal on it. */
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"
#include "xml/stanza.h"

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
	EVENT_REVIEW, EVENT_UPLOAD, EVENTS };

/* In the order of their tightness; the last three are released ones. */
enum verdict { VERDICT_NONE, VERDICT_PASS, VERDICT_HOLD, VERDICT_REJECT,
	VERDICT_DROP, VERDICT_DELIVER, VERDICT_RETURN, VERDICT_DISCARD,
	VERDICTS };

/* The namespace of cup's own elements: session, done, oversize. */
#define RECORD_NS "urn:cup:session:1"
/* And of those of a review: review.h. */
#define REVIEW_NS STANZA_AROUND_NS

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

/* The record r as it is in a copy, at to, of the line at from that it was taken
 * from: its spans all point into that. */
void record_move(struct record *r, const char *from, const char *to);

/* Append the record as a line with its LF. Fields are written as they stand
 * in field[]; event and verdict are not looked at. */
void record_write(struct buf *, const struct record *);

/* Set the verdict, in verdict and in field[]. */
void record_set_verdict(struct record *, enum verdict);

/* Make of it what it was when nothing had decided it yet: no verdict, no reason
 * but that a person released it, and the stanza as it first came. The proof
 * stays, and does not fit any more: what was loosened is not released. */
void record_begin_anew(struct record *);

/* Whether a stanza's tree is what its event has: of send and recv a stanza, of
 * a review an element of REVIEW_NS, of an upload the <file/> of files.h, else
 * one of RECORD_NS. */
bool record_fits(enum event, const struct stanza *);

/* Take the next field, with its TAB, off what follows the tenth; false: there
 * is none left. It stays the record's. */
bool record_extra_next(struct span *extra, struct span *field);

/* Whether a field is absent, that is "-". */
bool record_absent(const struct record *, enum record_field);

/* The ids of records of the same message, with a comma between, where a search
 * for each message once put them behind the tenth field: "copies=ID,ID";
 * .n 0: there are none. */
#define RECORD_COPIES "copies="
struct span record_copies(const struct record *);

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
