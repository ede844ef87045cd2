/* SPDX-License-Identifier: ISC */
/* Proofs of one record (c2sp.org/tlog-proof): its place in the tree, the
 * hashes from there to the root, and the checkpoint that has this root. */
#ifndef SEAL_TLOG_PROOF_H
#define SEAL_TLOG_PROOF_H

#include <stdint.h>

#include "base/buf.h"
#include "base/merkle.h"

/* Borrowed from what it was read from. */
struct tlog_proof {
	uint64_t index; /* of the leaf: the record's SEQ less 1 */
	struct merkle_proof path;
	struct span checkpoint; /* a note */
};

/* Take one apart. Returns NULL, or why it is none, a constant. */
const char *tlog_proof_parse(struct tlog_proof *, struct span bytes);
void tlog_proof_write(struct buf *, const struct tlog_proof *);

#endif
