/* SPDX-License-Identifier: ISC */
/* Blocks of lines on their way from the thread that reads to those that
 * count. */
#ifndef STATS_BLOCKS_H
#define STATS_BLOCKS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct block_line {
	size_t at, len; /* in the block's text */
	uint64_t number;
};

/* Lines of one segment or file. */
struct block {
	struct block *next;
	struct buf text;
	struct block_line *line;
	size_t lines, cap;
	struct buf where; /* source_where() without the number of the line */
};

void block_add(struct block *, struct span line, uint64_t number);

/* There are so many of them and no more. It must stay where it is. */
struct blocks {
	pthread_mutex_t mutex;
	pthread_cond_t filled, emptied;
	struct block *full, **full_end, *empty;
	bool ended;
};

void blocks_init(struct blocks *, size_t count);

/* Wait for one to fill, which is empty, until it is passed on. */
struct block *blocks_spare(struct blocks *);
void blocks_pass_on(struct blocks *, struct block *);

/* Wait for the next that is full, in exchange for the last (NULL: there was
 * none). NULL: there are none any more, and blocks_end was called. */
struct block *blocks_take(struct blocks *, struct block *done);

/* No more are filled. */
void blocks_end(struct blocks *);

/* Once it has ended, and nobody has one. */
void blocks_release(struct blocks *);

#endif
