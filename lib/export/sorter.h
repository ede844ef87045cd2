/* SPDX-License-Identifier: ISC */
/* Sorting more than fits in memory: what goes in with a key comes out in the
 * order of the keys' bytes. Runs that are full go to a file without a name. */
#ifndef EXPORT_SORTER_H
#define EXPORT_SORTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

enum {
	SORTER_MEMORY = 16 * 1024 * 1024, /* bytes of items before a run */
	SORTER_RUNS = 128, /* in the file, before they are made one */
	SORTER_CHUNK = 64 * 1024, /* bytes read of a run at a time */
};

struct sorter;

/* A new one, whose files are in folder. */
struct sorter *sorter_new(const char *folder);
void sorter_free(struct sorter *);

/* Add an item; both are copied, each below 1 GiB. Equal keys keep their order.
 * False with errno where the disk does not take it. */
bool sorter_add(struct sorter *, struct span key, struct span data);

/* No more is added: begin to take out. False with errno. */
bool sorter_finish(struct sorter *);

/* The next item, borrowed until the next call. 1: there is one, 0: there is
 * none, -1 with errno. */
int sorter_next(struct sorter *, struct span *key, struct span *data);

#endif
