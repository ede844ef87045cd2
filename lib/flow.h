/* SPDX-License-Identifier: ISC */
/* Text from anybody flowing into the columns of a terminal: broken between
 * words (or wide characters), behind an indent, with nothing in it that the
 * terminal would act on. */
#ifndef FLOW_H
#define FLOW_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "span.h"

/* Fill in out, width, indent and column; the rest begins as zero. */
struct flow {
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
void flow_text(struct flow *, struct span);

/* Append bytes that take no columns, such as a change of colour. */
void flow_raw(struct flow *, const char *bytes);

/* Begin a new line. */
void flow_line(struct flow *);

void flow_release(struct flow *);

#endif
