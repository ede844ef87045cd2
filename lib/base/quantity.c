/* SPDX-License-Identifier: ISC */
/* Numbers with a unit behind them. */
#include "base/quantity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	const char *name;
	uint64_t scale;
};

static bool read_quantity(const char *text, const struct unit *units,
    uint64_t *value)
{
	char *rest = NULL;
	unsigned long long n;

	/* strtoull takes blanks and signs, which have no place here. */
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	n = strtoull(text, &rest, 10);
	if (errno)
		return false;
	for (; units->name; units++) {
		if (strcmp(units->name, rest) == 0)
			break;
	}
	if (!units->name || n > UINT64_MAX / units->scale)
		return false;
	*value = n * units->scale;
	return true;
}

bool quantity_size(const char *text, uint64_t *bytes)
{
	static const struct unit units[] = {{"", 1}, {"K", 1024}, {"k", 1024},
	    {"M", 1 << 20}, {"m", 1 << 20}, {"G", 1 << 30}, {"g", 1 << 30},
	    {NULL, 0}};

	return read_quantity(text, units, bytes);
}

bool quantity_duration(const char *text, uint64_t *milliseconds)
{
	static const struct unit units[] = {{"", 1000}, {"ms", 1}, {"s", 1000},
	    {"m", 60000}, {"h", 3600000}, {"d", 86400000}, {NULL, 0}};

	return read_quantity(text, units, milliseconds);
}

bool quantity_number(const char *text, uint64_t *value)
{
	static const struct unit units[] = {{"", 1}, {NULL, 0}};

	return read_quantity(text, units, value);
}

bool quantity_digits(struct span s, uint64_t *value)
{
	uint64_t n = 0;

	if (s.n == 0 || s.n > 18)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		n = 10 * n + (uint64_t)(s.p[i] - '0');
	}
	*value = n;
	return true;
}
