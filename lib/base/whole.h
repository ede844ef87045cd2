/* SPDX-License-Identifier: ISC */
/* A file read whole. */
#ifndef BASE_WHOLE_H
#define BASE_WHOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Append all that fd still has, which stays the caller's. False with errno,
 * EFBIG if that is more than max bytes; what was read is then there in part. */
bool whole_read(int fd, size_t max, struct buf *);

/* The same of the regular file at path: EINVAL if it is none. */
bool whole_file(const char *path, size_t max, struct buf *);

#endif
