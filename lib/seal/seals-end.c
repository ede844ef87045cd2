/* SPDX-License-Identifier: ISC */
/* Checkpoints of which lines are pruned: each is proved from the one behind
 * it, by the file that was written beside that. */
#include <stdlib.h>
#include <unistd.h>

#include "seal/seals.h"
#include "seal/store.h"

/* Whether a later checkpoint extends this one, by its file. */
static bool extends(int dir, const struct seal *old, const struct seal *new)
{
	struct buf text = BUF_EMPTY;
	struct merkle_proof p;
	struct span rest, line;
	char name[STORE_NAME];
	uint64_t size;
	bool ok;

	store_name(name, new->size, ".extends");
	ok = store_read(dir, name, 2 * NOTE_MAX, &text);
	rest = buf_span(&text);
	ok = ok && checkpoint_line(&rest, &line) && span_starts(line, "old ") &&
	    checkpoint_size((struct span){line.p + 4, line.n - 4}, &size) &&
	    size == old->size && checkpoint_read_proof(&rest, &p) &&
	    merkle_extends(old->size, old->root, new->size, new->root, &p);
	buf_release(&text);
	return ok;
}

void seals_end(struct seals *s, const char *journal)
{
	int dir = -1;

	for (size_t i = s->count; i-- > 1;) {
		struct seal *old = &s->seal[i - 1];

		if (!old->gone || !s->seal[i].met)
			continue;
		if (dir < 0)
			dir = store_checkpoints(journal, false);
		old->met = dir >= 0 && extends(dir, old, &s->seal[i]);
	}
	if (dir >= 0)
		close(dir);
}
