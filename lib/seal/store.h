/* SPDX-License-Identifier: ISC */
/* The checkpoints of a journal: files SIZE.checkpoint in its folder
 * checkpoints, SIZE being twenty decimal digits; beside each SIZE.extends,
 * which proves it from the one before, and maybe SIZE.tsr. */
#ifndef SEAL_STORE_H
#define SEAL_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { STORE_NAME = 32 }; /* bytes of a file's name, with its NUL */

/* Open the folder of a journal's directory; make: make it if there is none.
 * Returns a descriptor for the caller to close, or -1 with errno. */
int store_checkpoints(const char *journal, bool make);

/* The sizes of the checkpoints there are, ascending. The caller frees them;
 * NULL with a count of 0 if there is none. False with errno. */
bool store_sizes(int dir, uint64_t **sizes, size_t *count);

void store_name(char out[STORE_NAME], uint64_t size, const char *ending);

/* Append the bytes of a file of at most max bytes. False with errno, EFBIG if
 * it is longer. */
bool store_read(int dir, const char *name, size_t max, struct buf *);

/* The same of a file that a person names; "-": of standard input. */
bool store_read_given(const char *path, size_t max, struct buf *);

/* Write a file anew: beside it, synced, then renamed. False with errno. */
bool store_write(int dir, const char *name, struct span bytes);

#endif
