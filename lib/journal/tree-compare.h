/* SPDX-License-Identifier: ISC */
/* Whether the files SEQ.tree beside a journal are those of its lines. */
#ifndef JOURNAL_TREE_COMPARE_H
#define JOURNAL_TREE_COMPARE_H

struct journal_line;
struct tree_compare;

/* Of the journal in that directory, which is read from its beginning; of
 * anything else nothing is checked. */
struct tree_compare *tree_compare_new(const char *path);
void tree_compare_free(struct tree_compare *);

/* Take the next line, which was checked, with its leaf; NULL: it stands for
 * pruned ones. What is behind those is compared as far as that can be. */
void tree_compare_line(struct tree_compare *, const struct journal_line *,
    const unsigned char *leaf);

/* The name of the first file that is wrong; NULL: so far none is. */
const char *tree_compare_wrong(const struct tree_compare *);

#endif
