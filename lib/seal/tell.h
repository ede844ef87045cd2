/* SPDX-License-Identifier: ISC */
/* What was proved, as a person reads it. */
#ifndef SEAL_TELL_H
#define SEAL_TELL_H

#include "base/buf.h"
#include "seal/evidence.h"
#include "seal/verify.h"

/* Append a line about a journal that is whole. */
void tell_whole(struct buf *out, const char *path, const struct verified *,
    const struct seals *);

/* Append a line about the record that the proof in that file is of. */
void tell_shown(struct buf *out, const char *path, const struct shown *);

#endif
