/* SPDX-License-Identifier: ISC */
/* Buffered output to a descriptor: append to buf, flush when the input is
 * drained, and let out_spill keep the buffer small in between. */
#ifndef IO_OUT_H
#define IO_OUT_H

#include <stdbool.h>

#include "base/buf.h"

enum {
	OUT_SPILL = 256 * 1024,
	OUT_PIPE = 1024 * 1024,
	OUT_OTHER = 64 * 1024, /* what is no pipe is taken to hold */
};

struct out {
	int fd;
	struct buf buf;
};

/* Write all of it. False with errno if that failed; the buffer then keeps
 * what was not written. */
bool out_flush(struct out *);

/* Flush if the buffer has OUT_SPILL bytes or more. */
bool out_spill(struct out *);

/* Write all of n bytes to fd, whatever the sizes of the single writes, and
 * also where fd does not block. False with errno. */
bool out_write(int fd, const char *p, size_t n);

/* Ask that fd, if it is a pipe, hold OUT_PIPE bytes; less is no error. Returns
 * what it does hold. */
size_t out_pipe_size(int fd);

#endif
