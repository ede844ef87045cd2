/* SPDX-License-Identifier: ISC */
/* What the lines of a journal cannot show alone: whether the files SEQ.tree
 * are what was written, and those of pruned lines what the notes of their
 * pruning say. */
#ifndef JOURNAL_TREE_CHECK_H
#define JOURNAL_TREE_CHECK_H

#include <stdint.h>

#include "journal/gaps.h"
#include "journal/segment.h"

/* Check the file SEQ.tree of each segment in the list, where there is one.
 * Returns what is wrong, and the name of the first one that is; or NULL. */
const char *tree_check_files(int dir, const struct segment_list *,
    char name[JOURNAL_NAME]);

/* Check the prunings that were seen. Returns what is wrong, and the last line
 * of that one; or NULL. */
const char *tree_check_prunings(const char *path, const struct gaps *,
    uint64_t *seq);

#endif
