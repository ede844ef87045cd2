/* SPDX-License-Identifier: ISC */
/* Checkpoints (c2sp.org/tlog-checkpoint): the text of a note that says what a
 * journal's hash tree is at some size. */
#ifndef SEAL_CHECKPOINT_H
#define SEAL_CHECKPOINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/merkle.h"

/* Borrowed from its text. */
struct checkpoint {
	struct span origin; /* NAME/JOURNALID, NAME being that of the key */
	uint64_t size;
	unsigned char root[MERKLE_HASH];
};

/* Take the text of a note apart. Returns NULL, or in a few words, a constant,
 * why it is no checkpoint. */
const char *checkpoint_parse(struct checkpoint *, struct span text);

void checkpoint_write(struct buf *, struct span origin, uint64_t size,
    const unsigned char root[MERKLE_HASH]);

/* Whether a key of that name may sign for an origin: NAME, or NAME/ and more.
 */
bool checkpoint_of(struct span origin, const char *name);

/* The journal's id in an origin: what is behind its last '/'. */
struct span checkpoint_journal(struct span origin);

/* Take the next line off rest, without its LF. False if there is no LF. */
bool checkpoint_line(struct span *rest, struct span *line);

/* Read a size: decimal, without leading zeros, below 2^63. */
bool checkpoint_size(struct span text, uint64_t *size);

/* Add the hashes of a proof, a line of base64 each. */
void checkpoint_proof(struct buf *, const struct merkle_proof *);

/* Take such lines off rest, and the empty line behind them. False if that is
 * not what is there. */
bool checkpoint_read_proof(struct span *rest, struct merkle_proof *);

#endif
