/* SPDX-License-Identifier: ISC */
/* Whether the files SEQ.tree beside a journal are those of its lines. */
#ifndef JOURNAL_TREE_CHECK_H
#define JOURNAL_TREE_CHECK_H

#include <stdbool.h>
#include <stdint.h>

struct journal_line;
struct tree_check;

/* Of the journal in that directory, which is read from its beginning; of
 * anything else nothing is checked. */
struct tree_check *tree_check_new(const char *path);
void tree_check_free(struct tree_check *);

/* Take the next line, which was checked. False if the file of the segment
 * before it is wrong: tree_check_name is its name. What is behind pruned lines
 * is checked as far as that can be. */
bool tree_check_line(struct tree_check *, const struct journal_line *);
const char *tree_check_name(const struct tree_check *);

#endif
