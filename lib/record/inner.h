/* SPDX-License-Identifier: ISC */
/* Whose words a record holds, and when they were said: of a carbon (XEP-0280),
 * an archive's result (XEP-0313), a room's history (XEP-0045), that is not who
 * it came from, nor now; and which message they are about. */
#ifndef RECORD_INNER_H
#define RECORD_INNER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "record/record.h"
#include "xml/stanza.h"

enum inner_kind {
	INNER_NONE,
	INNER_CARBON,
	INNER_ARCHIVE,
	INNER_HISTORY,	/* of a room */
	INNER_DELAYED,	/* kept for somebody who was away (XEP-0203) */
	INNER_FORWARDS, /* somebody shows what another said (XEP-0297) */
	INNER_KINDS,
};

struct inner {
	enum inner_kind kind;
	bool forged;	/* it says that it is one, but only the account itself,
			 * or the room, can send such */
	uint32_t words; /* the stanza whose words they are */
	uint32_t shown; /* the stanza inside, STANZA_NONE if there is none */
	/* As in the stanza (escaped); .p NULL: there is none. */
	struct span author, addressee; /* of words; who sent a forged one */
	struct span from, to; /* of what is shown, or who a room says said it */
	struct span said;     /* a stamp of XEP-0082 or XEP-0091 */
	const char *about;    /* what the words do to another message, in a
			       * word or two; NULL: nothing */
	struct span replaces, refers; /* that one's id: which of them it is */
};

/* Read it off a stanza of that event. The buffer is for its use. */
void inner_read(struct inner *, const struct stanza *, enum event,
    struct buf *);

/* "carbon", ... */
const char *inner_name(enum inner_kind);

/* When it was said, in microseconds since 1970; false if it does not say. */
bool inner_said(const struct inner *, int64_t *micros);

/* Whether a stanza has words for people in it, or in what it shows: any text
 * but the ids of threads and remarks on delays. */
bool inner_has_words(const struct stanza *);

/* Whether the text of an element is for programs: a thread's id, a remark on
 * a delay. */
bool inner_is_remark(const struct stanza *, uint32_t node);

#endif
