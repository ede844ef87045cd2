/* SPDX-License-Identifier: ISC */
/* A connection to PostgreSQL: the only one here that knows libpq. */
#ifndef SHIP_POSTGRES_H
#define SHIP_POSTGRES_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

struct postgres;

/* Connect by a URL "postgresql://...". Returns NULL with the reason in why. */
struct postgres *postgres_new(const char *url, struct buf *why);
void postgres_free(struct postgres *);

/* Do what the SQL says, of several statements as well. False: postgres_why. */
bool postgres_do(struct postgres *, const char *sql);

/* Ask for one value. False: postgres_why; else value is that of the first row,
 * or *there is false. */
bool postgres_ask(struct postgres *, const char *sql, struct buf *value,
    bool *there);

/* COPY rows, in the binary format, into a table. False: postgres_why. */
bool postgres_copy(struct postgres *, const char *table, struct span rows);

/* Append text as a literal. */
void postgres_literal(struct postgres *, struct buf *, struct span text);

/* What went wrong, in a line; borrowed until the next call. */
const char *postgres_why(const struct postgres *);

/* Whether that was the definition of the table or a right, which another try
 * does not change. */
bool postgres_hopeless(const struct postgres *);

#endif
