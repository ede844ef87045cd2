/* SPDX-License-Identifier: ISC */
/* Proving that the indexes of a journal's closed segments leave nothing out. */
#include <errno.h>
#include <string.h>

#include "journal/index.h"
#include "seal/verify.h"

enum finding verify_indexes(const char *path, struct buf *why)
{
	char name[INDEX_NAME];

	buf_reset(why);
	switch (index_check_all(path, name)) {
	case INDEX_WRONG:
		buf_addf(why, "journal '%s': %s is not what its segment has: "
			      "remove it, cup-log makes it anew", path, name);
		return BROKEN;
	case INDEX_ERROR:
		buf_addf(why, "journal '%s': cannot check '%s': %s", path,
		    name, strerror(errno));
		return UNREADABLE;
	default:
		return WHOLE;
	}
}
