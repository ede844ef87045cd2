/* SPDX-License-Identifier: ISC */
/* The months that the tables of a database are parted into. */
#ifndef SHIP_MONTHS_H
#define SHIP_MONTHS_H

#include <stdbool.h>
#include <stddef.h>

#include "ship/postgres.h"

/* Which there are for certain. A zeroed struct knows of none. */
struct months {
	int *month; /* as tables_month() numbers them */
	size_t count;
};

bool months_known(const struct months *, int month);

/* Make the parts of a month that is not known, where there are none yet. False
 * with the reason in the connection. */
bool months_make(struct months *, struct postgres *, int month);

void months_release(struct months *);

#endif
