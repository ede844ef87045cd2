/* SPDX-License-Identifier: ISC */
/* What a transcript has in brackets: all that was not said. */
#ifndef JOURNAL_PRINT_LABEL_H
#define JOURNAL_PRINT_LABEL_H

#include "journal/print.h"

/* Append why it was refused or changed, whose words it has, what it is about,
 * and its kind; spoken: it has words. Each is in brackets and ends with a
 * blank. */
void print_label(const struct print *, struct fields *, bool spoken,
    struct buf *);

#endif
