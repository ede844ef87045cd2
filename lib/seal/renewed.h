/* SPDX-License-Identifier: ISC */
/* Cosignatures of a checkpoint that were asked for again: a file SIZE.renewed
 * beside it, the same note with the newest ones. */
#ifndef SEAL_RENEWED_H
#define SEAL_RENEWED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define RENEWED ".renewed"

/* Append the checkpoint of that size in that folder with all its signatures,
 * those that were renewed before the others. False with errno, EBADMSG if the
 * renewed ones are not of it. */
bool renewed_read(int dir, uint64_t size, struct buf *note);

#endif
