/* SPDX-License-Identifier: ISC */
/* The last messages of each conversation, for words that go over several. All
 * of it comes from the records, in their order: the same records again have
 * the same memory. */
#ifndef POLICY_ACROSS_H
#define POLICY_ACROSS_H

#include <stdbool.h>
#include <stddef.h>

#include "record/record.h"
#include "xml/stanza.h"

enum {
	ACROSS_KEPT = 7,      /* messages of a conversation */
	ACROSS_ROW = ACROSS_KEPT + 1,
	ACROSS_TALKS = 65536, /* conversations */
	ACROSS_SECONDS = 300, /* between the first and the last */
	ACROSS_LANES = 4,     /* texts of a message: languages, ... */
	ACROSS_BYTES = 256,   /* that are kept of each, its last ones */
};

struct across;

struct across *across_new(void);
void across_free(struct across *);

/* The messages around the one at hand, in the order in which they are shown,
 * itself among them; a correction (XEP-0308) is in place of what it corrects.
 * Valid until the next call. */
struct across_row {
	struct span text[ACROSS_LANES][ACROSS_ROW];
	size_t own[ACROSS_LANES]; /* the text's number among those at hand */
	size_t lanes;
	struct span id[ACROSS_ROW]; /* of the records */
	size_t count, now;
};

/* Look up the conversation of a record, whose message has these texts. NULL if
 * it is no message with words, or there is nothing before it. */
const struct across_row *across_look(struct across *, const struct record *,
    const struct stanza *, const struct span *text, size_t texts);

/* Remember it, with these texts, now that it is let go on. */
void across_keep(struct across *, const struct record *,
    const struct stanza *, const struct span *text, size_t texts);

/* Whether a conversation was forgotten before its time, as there are too many.
 * True only once. */
bool across_overflowed(struct across *);

#endif
