/* SPDX-License-Identifier: ISC */
/* Asking witnesses for cosignatures (c2sp.org/tlog-witness). */
#ifndef SEAL_WITNESSES_H
#define SEAL_WITNESSES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/merkle.h"
#include "seal/keys.h"
#include "seal/note.h"

/* A zeroed struct is an empty one. */
struct witness_at {
	char *url;	  /* to which /add-checkpoint is added */
	struct verifier key;
	uint64_t size;	  /* that it has seen, as far as is known */
	uint64_t time;	  /* of its newest cosignature of the checkpoint at
			   * hand, seconds since 1970; 0: there is none */
	struct buf line;  /* that one */
};

/* Read "URL VKEY". Returns NULL, or why it is none, a constant. The caller
 * releases it. */
const char *witness_at_parse(struct witness_at *, const char *text);
void witness_at_release(struct witness_at *);

/* What is asked about. */
struct witnessed {
	struct span note;      /* the checkpoint as it is */
	uint64_t size;	       /* that it is of */
	merkle_source *source; /* for proofs */
	void *tree;
	int stop; /* as ask has it */
};

/* Have one cosign it: its time and line are set, where that is newer than what
 * it has said before. Returns NULL, or why it did not, borrowed from why. */
const char *witness_ask(struct witness_at *, const struct witnessed *,
    struct buf *why);

/* Find its newest cosignature in a note, and set its time and line if that is
 * newer than what they have. */
void witness_find(struct witness_at *, const struct note *);

/* There is another checkpoint at hand. */
void witness_forget(struct witness_at *);

/* The request: the size it is proved from, the proof, and the checkpoint.
 * False if the source has none. */
bool witness_request(struct buf *, uint64_t old, const struct witnessed *);

#endif
