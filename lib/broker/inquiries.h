/* SPDX-License-Identifier: ISC */
/* Lists of what a judge was, or will be, asked. */
#ifndef BROKER_INQUIRIES_H
#define BROKER_INQUIRIES_H

#include <stddef.h>

struct inquiry;

/* A zeroed struct is a valid empty one. An inquiry is in one list at most, and
 * stays its window's. */
struct inquiries {
	struct inquiry *first, *last;
	size_t count;
};

/* Add it at the end; take it out of the list it is in. */
void inquiries_add(struct inquiries *, struct inquiry *);
void inquiries_remove(struct inquiries *, struct inquiry *);

#endif
