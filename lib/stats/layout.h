/* SPDX-License-Identifier: ISC */
/* Counted rows as people and other programs like to have them. */
#ifndef STATS_LAYOUT_H
#define STATS_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "journal/print.h"
#include "stats/counting.h"

enum { LAYOUT_WIDTH = 80 }; /* columns, where no terminal says */

struct layout_format;

struct layout {
	const struct layout_format *format;
	bool colour;
	size_t width;	/* columns of a table */
	uint64_t limit; /* rows that are shown; 0: all */
	struct print print; /* terminal says whether hidden characters act */
};

/* What is shown of a row, and of all that was counted. */
struct layout_row {
	struct span value[COUNTING_BY_MAX]; /* n 0: it has none */
	uint64_t records, held, refused;
	double share;	/* of all that was counted, in percent */
	double stopped; /* held or refused, of the row's own, in percent */
};

/* A report at hand. */
struct layout_page {
	struct layout *layout;
	const struct counting_plan *plan;
	const struct layout_row *row;
	size_t rows;
	struct layout_row all;
};

struct layout_format {
	const char *name;
	void (*write)(const struct layout_page *, struct buf *out);
};

/* The format of that name, NULL if there is none. */
const struct layout_format *layout_format_from(const char *name);

/* Append the report. */
void layout_write(struct layout *, const struct counting *, struct buf *out);

void layout_release(struct layout *);

/* The names of the columns behind those of the keys, in order, and their
 * values, as numbers are written. */
enum { LAYOUT_NUMBERS = 5 };
extern const char *const layout_numbers[LAYOUT_NUMBERS];
void layout_number(const struct layout_row *, size_t column, struct buf *out);

/* The formats. */
extern const struct layout_format layout_table, layout_tab, layout_csv,
    layout_json;

#endif
