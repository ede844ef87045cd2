/* SPDX-License-Identifier: ISC */
/* The fields of a record as people and other programs ask for them by name:
 * its own, and what can be read off its stanza. */
#ifndef RECORD_FIELDS_H
#define RECORD_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "record/inner.h"
#include "record/record.h"
#include "xml/stanza.h"

enum field {
	FIELD_SEQ, /* in the journal */
	FIELD_ID,
	FIELD_TIME,
	FIELD_NODE,
	FIELD_SESSION,
	FIELD_EVENT,
	FIELD_VERDICT,
	FIELD_REASON,
	FIELD_RULE, /* of the last reason */
	FIELD_TEXT, /* of the last reason */
	FIELD_PROOF,
	FIELD_KIND, /* the name of the stanza's element */
	FIELD_TYPE,
	FIELD_FROM,
	FIELD_TO,
	FIELD_STANZA_ID,
	FIELD_SUBJECT,
	FIELD_THREAD,
	FIELD_BODY, /* every body, also in forwarded stanzas, an LF between */
	FIELD_AUTHOR,	 /* whose words they are, and to whom: inner.h */
	FIELD_ADDRESSEE,
	FIELD_SAID,	 /* when, if that is said, as the record's time */
	FIELD_REPLACES,	 /* the id of a message that this one corrects */
	FIELD_REFERS,	 /* or is about in another way */
	FIELD_COPIES,	 /* ids of records of the same message */
	FIELD_FILE,	 /* "SHA256 SIZE NAME" of a file, and of each that is
			  * linked to, an LF between */
	FIELD_STANZA,
	FIELD_ORIGINAL,
	FIELDS,
};

/* The name of a field: "seq", "id", ..., "stanza-id", ...; field_from returns
 * -1 for a word that is none. */
const char *field_name(enum field);
int field_from(struct span);

/* A zeroed struct is a valid empty one. */
struct fields {
	const struct record *record;
	uint64_t seq;
	bool read;	   /* the stanza was */
	const char *fault; /* why its tree is empty; NULL: it is not */
	struct stanza stanza;
	bool looked;	   /* inner is set */
	struct inner inner;
	struct buf scratch;
};

/* Go over to another record, which must stay until the next call. seq 0: it
 * has none. */
void fields_begin(struct fields *, const struct record *, uint64_t seq);
void fields_release(struct fields *);

/* The stanza's tree; NULL if it is not in canonical form, fault then says
 * why. */
const struct stanza *fields_stanza(struct fields *);

/* Whose words are in it, and when they were said; NULL where there is no tree.
 * Stays until the next record. */
const struct inner *fields_inner(struct fields *);

/* Append the value of a field; false if the record has none. */
bool fields_get(struct fields *, enum field, struct buf *);

#endif
