/* SPDX-License-Identifier: ISC */
/* Numbers with a unit behind them, as options and settings have them. */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* Read a number of bytes: decimal, with K, M or G (powers of 1024). False if
 * it is none, or more than fits. */
bool quantity_size(const char *text, uint64_t *bytes);

/* Read a span of time: 500ms, 90s (or 90), 15m, 12h, 1d. */
bool quantity_duration(const char *text, uint64_t *milliseconds);

/* Read a plain decimal number. */
bool quantity_number(const char *text, uint64_t *);

/* From 1 to 18 decimal digits and nothing else. */
bool quantity_digits(struct span, uint64_t *);

#endif
