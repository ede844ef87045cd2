/* SPDX-License-Identifier: ISC */
/* By what a segment's index finds records: hashes of all that a search's
 * conditions compare. */
#ifndef JOURNAL_INDEX_KEYS_H
#define JOURNAL_INDEX_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "record/participants.h"
#include "record/record.h"
#include "xml/stanza.h"

enum index_kind {
	INDEX_BROKEN, /* a line that is no record, or whose stanza cannot be
		       * read; no value */
	INDEX_FROM,   /* a bare JID, or its domain, prepared */
	INDEX_TO,
	INDEX_ID,
	INDEX_RULE, /* NAME, NAME@TAG */
	INDEX_NODE,
	INDEX_SESSION,
	INDEX_EVENT, /* their words */
	INDEX_VERDICT,
};

/* The hash of a value; those of different values may be the same. */
uint64_t index_key(enum index_kind, struct span value);

/* A zeroed struct is a valid empty one. */
struct index_keys {
	uint64_t *key; /* those of the line last taken; some may be twice */
	size_t count, cap;
	bool timed; /* it has a time */
	int64_t time;
	struct stanza tree;
	struct participants participants;
	struct buf chars;
};

/* Take a journal's line, without its LF. */
void index_keys_take(struct index_keys *, struct span line);
void index_keys_release(struct index_keys *);

#endif
