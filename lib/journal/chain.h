/* SPDX-License-Identifier: ISC */
/* The digests and the chain over the lines of a journal, and what stands for
 * lines that have gone, as cup-journal(5) says. */
#ifndef JOURNAL_CHAIN_H
#define JOURNAL_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/span.h"

enum { JOURNAL_VERSION = 2 }; /* as it is written */

/* What stands for the chain before the first line: 64 zeros. */
extern const char journal_zeros[DIGEST_HEX + 1];

/* The SHA-256 of a text; of a line that was erased the one that it had. */
void journal_digest(struct digest *, struct span text, char out[DIGEST_HEX]);

/* The chain of the line with that SEQ and digest after the line with the
 * chain prev. */
void journal_chain(struct digest *, const char prev[DIGEST_HEX], uint64_t seq,
    const char line[DIGEST_HEX], char out[DIGEST_HEX]);

/* The same in version 1, of a line with that text. */
void journal_chain_1(struct digest *, const char prev[DIGEST_HEX],
    uint64_t seq, struct span text, char out[DIGEST_HEX]);

/* Whether a text stands for one that was erased: *digest is the one that it
 * had, in hexadecimal digits. */
bool journal_erased(struct span text, struct span *digest);

/* Which version a segment has by the text of its first line; 0: that is not
 * known, or there is none such. */
int journal_version(struct span first);

/* Whether the text begins a journal, of whatever version. */
bool journal_begins(struct span text);

#endif
