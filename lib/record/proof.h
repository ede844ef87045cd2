/* SPDX-License-Identifier: ISC */
/* What cup-log stamps on a record it has on disk and cup-deliver checks:
 * ALG:HEX@JOURNALID#SEQ, a digest over journal id, SEQ, id, event, verdict
 * and stanza, with a TAB between, as cup-journal(5) says. */
#ifndef RECORD_PROOF_H
#define RECORD_PROOF_H

#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "record/record.h"

/* Append the proof of r, with its present verdict, at seq of the journal,
 * and have its digest in raw as well. */
void proof_write(struct buf *, struct digest *, struct span journal,
    uint64_t seq, const struct record *r, unsigned char raw[DIGEST_RAW]);

enum proof_finding {
	PROOF_GOOD,	/* made for this record and its verdict, or before it
			 * was decided */
	PROOF_NONE,	/* there is none: not journaled */
	PROOF_LOOSENED, /* made for a tighter verdict */
	PROOF_ALTERED,	/* made for another record, or under another key */
	PROOF_UNKEYED,	/* the digest has a key, the proof was made without */
	PROOF_KEYED,	/* the other way round */
};

/* Check the proof of r with that digest. */
enum proof_finding proof_check(struct digest *, const struct record *r);

/* Where the proof of r says that it was journaled: the journal's id, borrowed
 * from r, and its SEQ there. Empty if it does not; nothing of it is checked. */
struct span proof_place(const struct record *r, uint64_t *seq);

#endif
