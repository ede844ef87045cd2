/* SPDX-License-Identifier: ISC */
/* Records counted under what they have in common. */
/* lib/stats counts what is in journals. In go records from wherever they are
 * (journal/source.h), out come rows of numbers.
 *
 * keys.h (on sender.h) says under what a record is counted, counting.h counts,
 * scan.h has several threads do so (blocks.h brings them lines) and adds up
 * what each has; layout.h (a file for each format) shows the rows. */
#ifndef STATS_COUNTING_H
#define STATS_COUNTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "record/record.h"
#include "stats/keys.h"

enum {
	COUNTING_BY_MAX = 2,
	COUNTING_ROWS_MAX = 4 * 1024 * 1024, /* what memory is to hold */
};

/* How many records have which verdict. */
struct counts {
	uint64_t of[VERDICTS];
};

struct counting_row {
	struct map_node node; /* its key: the values, a NUL behind each */
	struct counts counts;
	char text[];
};

/* What is counted, and by what. A zeroed one counts all in one row. */
struct counting_plan {
	enum stats_key by[COUNTING_BY_MAX];
	size_t keys;
	const char *zone; /* of days and hours, checked; NULL: UTC */
	const char *since, *until; /* as search.h takes them; NULL: any time */
	const char *events;
	bool unique; /* each message once: unique.h */
	int64_t now; /* that these times are seen from, in microseconds */
};

struct counting {
	const struct counting_plan *plan;
	struct keys keys;
	struct search *search; /* NULL: every record counts */
	struct unique *unique;
	struct map rows;
	struct counts all;
	struct values values[COUNTING_BY_MAX];
	struct buf key; /* of the row at hand */
	struct counting_row *last;
	bool full; /* there were more rows than COUNTING_ROWS_MAX */
};

/* The plan must outlive it. Returns NULL, or why the plan is refused, borrowed
 * until counting_release(), which is to be called all the same. */
const char *counting_init(struct counting *, const struct counting_plan *);
void counting_release(struct counting *);

/* Count a record, if it is meant. Where each message counts once, its first
 * record does: they are to come in order. Returns NULL, or in a few words why it
 * cannot be counted. */
const char *counting_add(struct counting *, const struct record *);

/* Add what another counting of the same plan has, which is empty then. */
void counting_merge(struct counting *, struct counting *from);

/* The rows, the caller's array to free, in the order in which they are shown:
 * by time, by tightness, or the largest first. */
struct counting_row **counting_rows(const struct counting *, size_t *count);

/* The value of a row's key i; n 0: it has none. */
struct span counting_value(const struct counting_row *, size_t i);

uint64_t counts_all(const struct counts *);
/* Refused is what was rejected or dropped. */
uint64_t counts_refused(const struct counts *);

#endif
