/* SPDX-License-Identifier: ISC */
/* Parts of conversations from sorted records. */
#ifndef EXPORT_PARTS_H
#define EXPORT_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "export/export.h"
#include "export/place.h"

struct parts;

struct parts *parts_new(const struct export_options *, struct writer *,
    const struct format *, struct outlet *);
void parts_free(struct parts *);

/* Set the key that a record is sorted by: day, conversation, time, id; and what
 * goes with it. */
void parts_key(struct buf *, const struct place *, int64_t day,
    struct span id);
void parts_data(struct buf *, struct span line, uint64_t seq,
    uint32_t journal);

/* Take the next one; journals are the ids of journals by their numbers. False
 * where the outlet does not go on. */
bool parts_add(struct parts *, const struct span *journals, struct span key,
    struct span data, bool late);

/* Write what is begun. */
bool parts_flush(struct parts *, const struct span *journals);

/* Nothing follows. */
bool parts_end(struct parts *);

#endif
