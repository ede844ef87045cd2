/* SPDX-License-Identifier: ISC */
/* Proving that one record was in a journal when it was sealed, and checking
 * such a proof with nothing but keys. */
#ifndef SEAL_EVIDENCE_H
#define SEAL_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "seal/trust.h"

enum evidence {
	EVIDENCE_GOOD,
	EVIDENCE_NONE,	  /* there is no such record, or it is not sealed */
	EVIDENCE_WRONG,	  /* it proves nothing, or the journal is not whole */
	EVIDENCE_UNREAD,  /* something cannot be read; errno, 0: see why */
};

/* Write the proof of the record of that id, in that journal, by its newest
 * checkpoint, or by the one that is given (.p NULL: none is). Of an id that
 * was used more than once it is the first record. Unless it is good, why says
 * what is wrong. */
enum evidence evidence_make(const char *journal, struct span id,
    struct span checkpoint, struct buf *proof, struct buf *why);

/* What a proof shows, if it is good. */
struct shown {
	uint64_t seq;
	struct span journal; /* its id; borrowed from the proof */
	struct vouched vouched;
};

/* Check that a proof, from a file, is of that record: a line of a journal, or
 * its text alone. */
enum evidence evidence_check(const struct trust *, struct span proof,
    struct span record, struct shown *, struct buf *why);

#endif
