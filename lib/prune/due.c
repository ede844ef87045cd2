/* SPDX-License-Identifier: ISC */
/* What an index says of the age of records. */
#include "prune/due.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "journal/segment.h"

/* Whether the index has, or may have, a record that is meant. */
static bool may_have(const struct keep *k, struct index *x)
{
	size_t n = index_slices(x);
	unsigned char *slices;
	bool may;

	if (!k->search)
		return true;
	slices = mem_alloc(n + 1);
	may = !search_slices(k->search, x, slices);
	for (size_t i = 0; i < n && !may; i++)
		may = slices[i];
	free(slices);
	return may;
}

static bool may_be_over(const struct keeps *keeps, struct index *x)
{
	int64_t since, until;

	index_span(x, &since, &until);
	/* The times of its notes are not in it. */
	if (since > until)
		return true;
	for (size_t i = 0; i < keeps->count; i++) {
		if (since < keeps->keep[i].before &&
		    may_have(&keeps->keep[i], x))
			return true;
	}
	return false;
}

bool due_segment(const struct keeps *keeps, int dir, uint64_t first)
{
	char name[JOURNAL_NAME];
	int fd = segment_open(dir, first, name);
	struct index *x = fd < 0 ? NULL : index_open(dir, first, fd);
	bool may = !x || may_be_over(keeps, x);

	index_close(x);
	if (fd >= 0)
		close(fd);
	return may;
}
