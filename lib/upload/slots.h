/* SPDX-License-Identifier: ISC */
/* The slots that are known: each good for one file, for a while. */
#ifndef UPLOAD_SLOTS_H
#define UPLOAD_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "base/span.h"
#include "record/slot.h"

enum { SLOTS_MAX = 4 * 1024 * 1024 }; /* bytes that all of them may take */

/* A slot that is known; slot's spans stay as long as it is. */
struct granted {
	struct slot slot;
	bool busy; /* a file is on its way by it */
	/* The table's own. */
	struct map_node node;
	struct granted *next, *prev;
	int64_t until; /* timer_now */
	size_t bytes;
	char *text;
};

/* A zeroed struct with expires set (milliseconds) is a valid empty one. */
struct slots {
	uint64_t expires;
	struct map map;
	struct granted *first, *last; /* as they came */
	size_t bytes;
};

/* Keep a copy. False: there is no room. One of the same target that is not busy
 * is replaced; of a busy one it says the same again, and is passed over. */
bool slots_add(struct slots *, const struct slot *, int64_t now);

/* That by which target ("/path?query") may be put at an authority (the value
 * of Host); NULL: none, or not any more. */
struct granted *slots_find(struct slots *, struct span target,
    struct span authority, int64_t now);

/* It was used up: it is forgotten. */
void slots_spend(struct slots *, struct granted *);

/* Forget those whose time is over. */
void slots_expire(struct slots *, int64_t now);

void slots_release(struct slots *);

#endif
