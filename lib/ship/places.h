/* SPDX-License-Identifier: ISC */
/* How far a journal is in a stream, as messages there say: "JOURNAL:SEQ". */
#ifndef SHIP_PLACES_H
#define SHIP_PLACES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "ship/jetstream.h"

/* Find the last place of the journal with that id in the messages from..to, but
 * the one numbered except; 0: there is none. False: why says what failed. */
bool places_scan(struct jetstream *, uint64_t from, uint64_t to,
    uint64_t except, const char *id, uint64_t *seq, struct buf *why);

/* The same of the whole stream, from its end on backwards. */
bool places_find(struct jetstream *, const char *id, uint64_t *seq,
    struct buf *why);

/* Write a place into a parcel's. */
void places_write(char place[JETSTREAM_PLACE_MAX + 1], const char *id,
    uint64_t seq);

#endif
