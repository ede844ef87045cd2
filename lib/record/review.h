/* SPDX-License-Identifier: ISC */
/* What a person, or the time, settled of a record that was held for review,
 * and what came of it: the element in field 9 of a record of the event review
 * (cup-record(5)); and the reason of a record that a person released. */
#ifndef RECORD_REVIEW_H
#define RECORD_REVIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "record/record.h"
#include "xml/stanza.h"

enum { REVIEW_TEXT_MAX = 1024 }; /* bytes of a why or a to */

enum review_verdict {
	REVIEW_RELEASE,	 /* by a person: let it out */
	REVIEW_REFUSE,
	REVIEW_ESCALATE, /* only 'to' may settle it from now on */
	REVIEW_NOTE,	 /* changes nothing */
	REVIEW_EXPIRED,	 /* by time: as if refused */
	REVIEW_AGAIN,	 /* a release is handed to the node once more */
	REVIEW_DONE,	 /* what came of it: outcome */
	REVIEW_ARRIVED,	 /* a release came to its recipient, by that try */
	REVIEW_VERDICTS
};

/* Spans are characters, not escaped; .p NULL: not there. */
struct review {
	enum review_verdict verdict;
	struct span ref;	/* id of the held record; of again, done and
				 * arrived: of the review that settled it */
	struct span by, why;	/* user, and in his words */
	struct span to;		/* whom it is escalated to */
	struct span outcome;	/* of done: sent, refused, doubtful, told */
	struct span try;	/* of arrived: the token of its mark */
	/* Of a review that settles, there with the held stanza inside: event,
	 * time and node of the held record, and the hold rules by which it
	 * was held, with ", " between. */
	struct span event, rules, time, node;
	uint32_t held;		/* as read: the node of the stanza inside,
				 * STANZA_NONE: none */
};

/* The words of the format; review_verdict_from returns -1 for one that is
 * none. */
const char *review_verdict_name(enum review_verdict);
int review_verdict_from(struct span);

/* Whether a person gives it: the first four. */
bool review_by_person(enum review_verdict);

/* Whether a text can be a why or a to: UTF-8 on one line, without controls, 1
 * to REVIEW_TEXT_MAX bytes. */
bool review_text_valid(struct span);

/* Read it off a stanza's tree. Returns NULL, or in a few words why it is none:
 * that it is another element, has no id to refer to, no verdict that is known,
 * or something other than one stanza inside. The spans are of the buffer, whose
 * bytes are replaced, and stay until it is changed. */
const char *review_read(struct review *, const struct stanza *,
    struct buf *chars);

/* Append it as an element in canonical form, around the held stanza (canonical
 * too; .p NULL: none). */
void review_write(struct buf *, const struct review *, struct span held);

/* The reason of a record that was held and a person released:
 * "released@review: by NAME for RULES (ID)", or "(ID TRY)". */
struct review_reason {
	struct span whole;     /* as read: all of it */
	struct span by, rules; /* rules: with ", " between */
	struct span id;	       /* of the review that released it */
	struct span try;       /* .p NULL: none */
};

void review_reason_write(struct buf *, const struct review_reason *);

/* Read it off a reason field; the spans point into it. False if the first one
 * there is another: whoever releases a record writes its reason before anybody
 * decides it, and what comes later may have words of the stanza in it. */
bool review_reason_read(struct span field, struct review_reason *);

/* Take the first name off a list of rules; false when none is left. */
bool review_rule_next(struct span *rules, struct span *name);

/* Append the rules by which a record with that reason field is held, with ", "
 * between: those that a person released before, and that of the decision that
 * stands. */
void review_rules(struct buf *, struct span reason);

#endif
