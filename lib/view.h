/* SPDX-License-Identifier: ISC */
/* The fields of a record as people and other programs ask for them by name:
 * its own, and what can be read off its stanza. */
#ifndef VIEW_H
#define VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "record.h"
#include "stanza.h"

enum view_field {
	VIEW_SEQ, /* in the journal */
	VIEW_ID,
	VIEW_TIME,
	VIEW_NODE,
	VIEW_SESSION,
	VIEW_EVENT,
	VIEW_VERDICT,
	VIEW_REASON,
	VIEW_RULE, /* of the last reason */
	VIEW_TEXT, /* of the last reason */
	VIEW_PROOF,
	VIEW_KIND, /* the name of the stanza's element */
	VIEW_TYPE,
	VIEW_FROM,
	VIEW_TO,
	VIEW_STANZA_ID,
	VIEW_SUBJECT,
	VIEW_THREAD,
	VIEW_BODY, /* every body, also in forwarded stanzas, an LF between */
	VIEW_STANZA,
	VIEW_ORIGINAL,
	VIEW_FIELDS,
};

/* The name of a field: "seq", "id", ..., "stanza-id", ...; view_from returns
 * -1 for a word that is none. */
const char *view_name(enum view_field);
int view_from(struct span);

/* A zeroed struct is a valid empty one. */
struct view {
	const struct record *record;
	uint64_t seq;
	bool read;	   /* the stanza was */
	const char *fault; /* why its tree is empty; NULL: it is not */
	struct stanza stanza;
};

/* Go over to another record, which must stay until the next call. seq 0: it
 * has none. */
void view_begin(struct view *, const struct record *, uint64_t seq);
void view_release(struct view *);

/* The stanza's tree; NULL if it is not in canonical form, fault then says
 * why. */
const struct stanza *view_stanza(struct view *);

/* Append the value of a field; false if the record has none. */
bool view_get(struct view *, enum view_field, struct buf *);

#endif
