/* SPDX-License-Identifier: ISC */
/* A record that is released, as it goes on. */
#ifndef REVIEW_RELEASED_H
#define REVIEW_RELEASED_H

#include <stdbool.h>

#include "base/buf.h"
#include "record/record.h"
#include "xml/stanza.h"

/* Append, as a line with its LF, the record by which a held one goes on: a new
 * one that passes because of the review of that id, by that user. The tree is
 * for its use. False, with nothing appended, if the stanza cannot be read. */
bool released_record(struct buf *, struct stanza *, const struct record *held,
    struct span review, const char *by);

#endif
