/* SPDX-License-Identifier: ISC */
/* Where a node tells its numbers. */
#include <string.h>

#include "io/address.h"
#include "node/setting.h"

/* Everyone who gets there may ask: that it is more than this machine, or one
 * address, has to be written. */
static const char *check_metrics(const struct setting *s, const char *value)
{
	const char *why = NULL;
	struct address a;

	(void)s;
	if (!address_parse(&a, value, &why))
		return why;
	if (a.kind == ADDRESS_FD || a.tls)
		why = "has to be unix: or tcp:";
	else if (strncmp(value, "tcp::", 5) == 0)
		why = "names no host: 127.0.0.1, or * for any";
	address_release(&a);
	return why;
}

const struct value_kind value_metrics = {"address for numbers",
    check_metrics};
