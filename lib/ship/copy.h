/* SPDX-License-Identifier: ISC */
/* Rows in the binary format of PostgreSQL's COPY (its documentation of COPY,
 * "Binary Format"): what the server has not to parse. Each appends to a
 * buffer; numbers have their highest byte first. */
#ifndef SHIP_COPY_H
#define SHIP_COPY_H

#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

/* What all rows are between. */
void copy_begin(struct buf *);
void copy_end(struct buf *);

/* A row of so many columns, which follow. */
void copy_row(struct buf *, unsigned columns);

void copy_null(struct buf *);
void copy_text(struct buf *, struct span);
void copy_bigint(struct buf *, int64_t);
/* A timestamptz, from microseconds since 1970. */
void copy_time(struct buf *, int64_t micros);
/* From the form that uuid_valid() knows. */
void copy_uuid(struct buf *, struct span);

/* A value whose bytes the caller appends in between: what begin returns is for
 * end. */
size_t copy_value_begin(struct buf *);
void copy_value_end(struct buf *, size_t begun);

/* Numbers within a value. */
void copy_16(struct buf *, unsigned);
void copy_32(struct buf *, uint32_t);

#endif
