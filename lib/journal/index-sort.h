/* SPDX-License-Identifier: ISC */
/* The entries of an index in their order, each once. Memory is bounded: what is
 * more than a run is in a file that has no name. For index-make*.c alone. */
#ifndef JOURNAL_INDEX_SORT_H
#define JOURNAL_INDEX_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { INDEX_SORT_RUN = 128 * 1024 }; /* entries */

struct index_run {
	off_t at, end;	 /* of what of it is still in the file */
	uint64_t *entry; /* those in memory, */
	size_t count, next;
};

/* Zeroed but for dir, spare, first and bits, it is empty. */
struct index_sort {
	int dir; /* where the file is; -1: there is none, all is in memory */
	uint64_t spare; /* bytes of its disk that are left free */
	uint64_t first; /* which segment, for its name */
	unsigned bits; /* of an entry that are looked at, from the lowest */
	uint64_t *entry;
	size_t count, cap;
	bool written; /* there are runs in the file */
	int fd;
	off_t *end; /* of each */
	size_t runs;
	/* While they are told: */
	struct index_run *run; /* a heap, the lowest entry first */
	size_t heap;
	size_t next;   /* in memory alone */
	uint64_t last; /* told */
	bool told;     /* one was */
};

/* False with errno. */
bool index_sort_add(struct index_sort *, uint64_t entry);

/* Begin to tell them, from the lowest; then no more are added, but it can be
 * begun again. False with errno. */
bool index_sort_begin(struct index_sort *);

/* The next one. False at the end, errno 0, or with errno. */
bool index_sort_next(struct index_sort *, uint64_t *entry);

void index_sort_release(struct index_sort *);

#endif
