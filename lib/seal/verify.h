/* SPDX-License-Identifier: ISC */
/* Proving a journal whole and unaltered, from its lines, its heads and its
 * checkpoints. */
#ifndef SEAL_VERIFY_H
#define SEAL_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "journal/expected.h"
#include "seal/seals.h"

enum finding { WHOLE, BROKEN, UNREADABLE };

/* What was found of a journal that is whole. */
struct verified {
	uint64_t records, seq; /* the SEQ of the last line; 0: none */
	char chain[DIGEST_HEX];
	uint64_t erased, pruned; /* lines, which notes have named */
};

/* Read the journal, or single segment, at path from its beginning; heads that
 * it must have, and checkpoints (of a segment there are none). Of what is not
 * whole, or cannot be read, why has one line, with the path. */
enum finding verify_journal(const char *path, struct expected_heads *,
    struct seals *, struct verified *, struct buf *why);

/* Compare the indexes of its closed segments with their lines; likewise. */
enum finding verify_indexes(const char *path, struct buf *why);

/* Add all checkpoints that are beside the journal. The newest one is judged by
 * the trust that is given, those before it by the keys alone: a witness may
 * have been away for a while. */
enum finding verify_stored(const char *path, const struct trust *,
    struct seals *, struct buf *why);

/* Add those in the files instead; "-": on standard input. */
enum finding verify_given(char *const *file, size_t count,
    const struct trust *, struct seals *, struct buf *why);

#endif
