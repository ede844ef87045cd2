/* SPDX-License-Identifier: ISC */
/* Checkpoints of which lines are pruned: each is proved from the one behind
 * it, by the file that was written beside that. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "seal/extends.h"
#include "seal/seals.h"
#include "seal/store.h"

/* Whether a later checkpoint extends this one, by its files: either one, while
 * those between are removed. */
static bool extends(int dir, const struct seal *old, const struct seal *new)
{
	const struct extension e = {old->size, new->size, old->root, new->root};

	return extends_by(dir, EXTENDS, &e) || extends_by(dir, BRIDGES, &e);
}

/* One that was thinned out since its file was read is not asked for. */
static bool removed(int dir, const struct seal *s)
{
	char name[STORE_NAME];

	store_name(name, s->size, ".checkpoint");
	return s->stored && faccessat(dir, name, F_OK, 0) != 0;
}

void seals_end(struct seals *s, const char *journal)
{
	const struct seal *next = NULL;
	int dir = -1;

	for (size_t i = s->count; i-- > 0;) {
		struct seal *old = &s->seal[i];

		if (old->gone && dir < 0)
			dir = store_checkpoints(journal, false);
		if (old->gone && dir >= 0 && removed(dir, old)) {
			old->met = true;
			continue;
		}
		if (old->gone)
			old->met = dir >= 0 && next && next->met &&
			    extends(dir, old, next);
		next = old;
	}
	if (dir >= 0)
		close(dir);
}
