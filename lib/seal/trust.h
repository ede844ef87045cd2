/* SPDX-License-Identifier: ISC */
/* Whom one believes: the keys of journals and of witnesses, how many of the
 * latter there must be, and how old their word may be. */
#ifndef SEAL_TRUST_H
#define SEAL_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "seal/checkpoint.h"
#include "seal/keys.h"
#include "seal/note.h"

enum { TRUST_KEYS = 32 }; /* of either kind */

/* A zeroed struct believes nobody. */
struct trust {
	struct verifier log[TRUST_KEYS], witness[TRUST_KEYS];
	unsigned logs, witnesses;
	unsigned quorum;  /* of the witnesses */
	uint64_t max_age; /* seconds since the last of these; 0: any */
};

/* Add a verifier key. Returns NULL, or why not, a constant. */
const char *trust_log(struct trust *, const char *vkey);
const char *trust_witness(struct trust *, const char *vkey);
void trust_release(struct trust *);

/* What is known of a checkpoint that is believed. */
struct vouched {
	struct checkpoint checkpoint; /* borrowed from the note */
	unsigned witnesses;	      /* that cosigned it */
	uint64_t time; /* at which quorum of them (one, if that is 0) had
			* said so, seconds since 1970; 0: none did */
};

/* Check the signatures of a checkpoint. Returns NULL, or in a few words why it
 * is not to be believed, borrowed from the buffer. */
const char *trust_check(const struct trust *, struct span note,
    struct vouched *, struct buf *why);

#endif
