/* SPDX-License-Identifier: ISC */
/* Adding what is said of a file; for file.c alone. */
#ifndef POLICY_FILE_INTERNAL_H
#define POLICY_FILE_INTERNAL_H

#include "policy/file.h"

/* Add a value: characters, no more escaped. */
void file_add_value(struct files *, struct file_values *, struct span chars);

/* The same, of an attribute as written; false if there is nothing in it. */
bool file_add_escaped(
    struct files *, struct file_values *, struct span escaped);

/* The same, of characters. */
bool file_add_chars(struct files *, struct file_values *, struct span);

/* A size; and one as it is written, false if nothing is. */
void file_add_bytes(struct files *, uint64_t bytes);
bool file_add_size(struct files *, struct span);

#endif
