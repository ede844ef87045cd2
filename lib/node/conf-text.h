/* SPDX-License-Identifier: ISC */
/* Changing settings in the text of their file, and telling what changed. */
#ifndef NODE_CONF_TEXT_H
#define NODE_CONF_TEXT_H

#include <stddef.h>

#include "node/conf.h"

/* Give key these values, none: take it out. The new lines are where the first
 * old one was, or at the end; every other line stays as it is. */
void conf_text_set(struct buf *text, const char *key,
    const char *const *values, size_t count);

/* The same for operands KEY=VALUE, NULL-terminated: the same key several times
 * makes a list, KEY= alone takes it out. False with the reason if one is no
 * such operand; values are not looked at. */
bool conf_text_assign(struct buf *text, const char *const *operands,
    struct buf *why);

/* Append what differs in the values in force: lines "-KEY VALUE" and
 * "+KEY VALUE". Returns how many settings differ. */
size_t conf_diff(const struct conf *from, const struct conf *to,
    struct buf *out);

/* Whether a change of that setting waits for a restart. */
bool conf_waits(const struct conf *from, const struct conf *to,
    const struct setting *);

#endif
