/* SPDX-License-Identifier: ISC */
/* Text from anybody flowing into the columns of a terminal: broken between
 * words (or wide characters), behind an indent, with nothing in it that the
 * terminal would act on. */
#ifndef JOURNAL_COLUMNS_H
#define JOURNAL_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

/* Fill in out, width, indent and column; the rest begins as zero. */
struct columns {
	struct buf *out;
	size_t width;  /* columns of a line; 0: no limit */
	size_t indent; /* of all lines but the first */
	size_t column; /* where the output stands */
	size_t gap;    /* spaces that are due before the next word */
	bool fresh;    /* the indent is due too */
	bool wide;     /* the word is a wide character */
	struct buf word;
	size_t word_width;
};

/* Append a UTF-8 text. Its line feeds begin new lines. */
void columns_text(struct columns *, struct span);

/* Append bytes that take no columns, such as a change of colour. */
void columns_raw(struct columns *, const char *bytes);

/* Begin a new line. */
void columns_line(struct columns *);

void columns_release(struct columns *);

#endif
