/* SPDX-License-Identifier: ISC */
/* Journals into a PostgreSQL database: batches of lines, each a transaction
 * that moves the journal's place with them. */
#ifndef SHIP_DATABASE_H
#define SHIP_DATABASE_H

#include <stdbool.h>
#include <stddef.h>

#include "ship/journals.h"

/* Until all of the journals are there; with follow in the config, until ending.
 * Where each journal goes on is asked of the database. */
enum journals_result database_run(const char *url,
    const struct journals_config *);

#endif
