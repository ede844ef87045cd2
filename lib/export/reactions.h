/* SPDX-License-Identifier: ISC */
/* The reactions to a message that stand (XEP-0444: the last ones of each are
 * all of his). */
#ifndef EXPORT_REACTIONS_H
#define EXPORT_REACTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "export/talk.h"

enum { REACTIONS_MAX = 4096 }; /* to one message; others are left to the text */

struct reaction {
	struct span value;
	size_t author;
};

/* A zeroed struct is a valid empty one. */
struct reactions {
	struct reaction *reaction;
	size_t count, cap;
};

/* Collect those of an item; the values are in the talk. */
void reactions_collect(struct reactions *, const struct talk *,
    const struct item *);
void reactions_release(struct reactions *);

/* Whether none before it is the same; and how many from it on are. */
bool reactions_first(const struct reactions *, size_t);
size_t reactions_same(const struct reactions *, size_t);

#endif
