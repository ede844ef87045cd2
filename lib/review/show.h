/* SPDX-License-Identifier: ISC */
/* A held record as a person sees it who is to settle it. */
#ifndef REVIEW_SHOW_H
#define REVIEW_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "journal/print.h"
#include "record/record.h"
#include "review/context.h"
#include "review/walk.h"

/* A zeroed struct is a valid empty one. */
struct show {
	struct print print;
	struct fields fields;
	struct buf text, line, words;
};

void show_release(struct show *);

/* Append item i of the walk, which is that record, in lines of that width (0:
 * as long as they get): how long it has been held at now (microseconds since
 * 1970) and will be; the conversation around it, whose messages are cut short,
 * and the whole of itself with a mark before it; by which rule, and what that
 * saw; what else is in it that a person may see; what was remarked. Nothing of
 * it acts on a terminal. */
void show_item(struct show *, const struct walk *, size_t i,
    const struct record *, size_t width, int64_t now, struct buf *out);

/* Append a text of that width so that nothing in it acts on a terminal, and a
 * line feed; its further lines have an indent. */
void show_text(struct buf *out, size_t width, size_t indent, struct span);

#endif
