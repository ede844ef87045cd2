/* SPDX-License-Identifier: ISC */
/* A command's words. A zeroed struct is a valid empty one. */
#ifndef BASE_ARGS_H
#define BASE_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct args {
	char **word; /* NULL-terminated, NULL where there is none */
	size_t count;
};

/* Add a word, or --OPTION and its value (NULL: the option alone). */
void args_add(struct args *, const char *word);
void args_option(struct args *, const char *option, const char *value);

bool args_same(const struct args *, const struct args *);

/* Append the words as a shell takes them. */
void args_text(const struct args *, struct buf *);

void args_release(struct args *);

#endif
