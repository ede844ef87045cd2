/* SPDX-License-Identifier: ISC */
/* What becomes of segments that are done with: SEQ.tree is made, they are
 * compressed, and then SEQ.index is made, in a thread that only takes what the CPUs have left. */
#ifndef JOURNAL_CLOSING_H
#define JOURNAL_CLOSING_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/error.h"

struct closing;

/* Start on what there is of the journal in that directory: also on what was
 * left by who was killed. spare: bytes of the disk that are left free. It does
 * nothing to the journal that its writer or a reader would have to know. NULL
 * if there can be no thread; all below do nothing for that. */
struct closing *closing_start(const char *path, bool compress, uint64_t spare);

/* Another segment is done with. */
void closing_wake(struct closing *);

/* Take what went wrong since the last time. False if nothing did. It is no
 * fault of the journal: the segment stays as it is, until the next start. */
bool closing_trouble(struct closing *, struct journal_error *);

/* End it; what it is at is left undone. */
void closing_stop(struct closing *);

#endif
