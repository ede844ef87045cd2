/* SPDX-License-Identifier: ISC */
/* What notes say was taken out of a journal. */
#include <inttypes.h>

#include "prune/notes.h"
#include "ship/rows.h"

bool rows_note(struct rows *rows, struct span text)
{
	static const char *const tables[] = {"records", "participants",
	    "files"};
	struct prune_note n;

	if (!prune_note_read(&n, text))
		return false;
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		buf_addf(&rows->after,
		    "DELETE FROM cup.%s WHERE journal = '%s' AND seq "
		    "BETWEEN %" PRIu64 " AND %" PRIu64 ";",
		    tables[i], rows->journal, n.from, n.to);
	return true;
}
