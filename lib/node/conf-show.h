/* SPDX-License-Identifier: ISC */
/* Settings, as cup-config prints them: lines with a TAB between columns. */
#ifndef NODE_CONF_SHOW_H
#define NODE_CONF_SHOW_H

#include "node/conf-save.h"
#include "node/conf.h"

/* Append the values of a key in force, with their origins, or alone. */
void conf_show_key(const struct conf *, const char *key, bool alone,
    struct buf *out);

/* Append what a change from one to the other is: what differs, and what makes
 * it take effect; made: there was no file before. */
void conf_show_change(const struct conf *from, const struct conf *to,
    const char *node, bool made, struct buf *out);

/* Append the earlier versions of a node's file, the latest first, each with
 * the keys that the change after it was about. now is what the file is today.
 * False with errno, and the version that cannot be read in *which. */
bool conf_show_history(const struct conf_store *, const char *node,
    const struct conf_store_list *versions, const struct conf *now,
    const char **which, struct buf *out);

/* Append the table of settings. */
void conf_show_table(struct buf *out);

#endif
