/* SPDX-License-Identifier: ISC */
/* Where a record was in a stream: a field behind its tenth, "stream=NAME:N",
 * with the number of its message. */
#ifndef SHIP_ORIGIN_H
#define SHIP_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "record/record.h"

/* Append the record as a line, with its LF and that field instead of any of its
 * kind. scratch is the caller's, for any use. A line that would be too long goes
 * without. */
void origin_write(struct buf *out, const struct record *, const char *stream,
    uint64_t message, struct buf *scratch);

/* Find the message of the last record of that stream in a journal; 0: it has
 * none, or there is no journal yet. False: it cannot be read, errno. */
bool origin_last(const char *journal, const char *stream, uint64_t *message);

#endif
