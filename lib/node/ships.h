/* SPDX-License-Identifier: ISC */
/* How far archives are behind that cup-ship brings the node's journal to: each
 * is run by whoever has the archive, and keeps its --status in a file
 * "ship-NAME" of the node's folder. */
#ifndef NODE_SHIPS_H
#define NODE_SHIPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { SHIPS_MAX = 16, SHIPS_NAME_MAX = 64 };

struct ships_one {
	char name[SHIPS_NAME_MAX + 1];
	bool up; /* it says so, and has said it lately */
	uint64_t records;
	double seconds;
};

/* Read them, in the order of their names; of more than SHIPS_MAX not all are.
 * Returns how many. */
size_t ships_read(const char *run, const char *node,
    struct ships_one to[SHIPS_MAX]);

/* Append the lines of cup-node --status: "ship NAME STATE RECORDS SECONDS". */
void ships_status(const char *run, const char *node, struct buf *out);

#endif
