/* SPDX-License-Identifier: ISC */
/* A file, or a part of it, read whole. */
#ifndef BASE_WHOLE_H
#define BASE_WHOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"

/* Append all that fd still has, which stays the caller's. False with errno,
 * EFBIG if that is more than max bytes; what was read is then there in part. */
bool whole_read(int fd, size_t max, struct buf *);

/* The same of the regular file at path: EINVAL if it is none. */
bool whole_file(const char *path, size_t max, struct buf *);

/* The n bytes at that place of a file, into p. How many there were, fewer only
 * where the file ends; -1 with errno. */
ssize_t whole_part(int fd, char *p, size_t n, off_t at);

#endif
