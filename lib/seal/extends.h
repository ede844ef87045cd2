/* SPDX-License-Identifier: ISC */
/* The proofs beside checkpoints: SIZE.extends shows that this one extends the
 * one before. SIZE.bridges takes its place once the one before is removed: it
 * shows the same of the one before that. */
#ifndef SEAL_EXTENDS_H
#define SEAL_EXTENDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/merkle.h"

#define EXTENDS ".extends"
#define BRIDGES ".bridges"

/* What is proved: of a size of 0 the root is not looked at. */
struct extension {
	uint64_t old, size;
	const unsigned char *old_root, *root;
};

/* Whether the file of size with that ending in the folder proves it. */
bool extends_by(int dir, const char *ending, const struct extension *);

#endif
