/* SPDX-License-Identifier: ISC */
/* Output to a descriptor that the loop never blocks on: all that is added in a
 * round goes out together. */
#ifndef IO_ASYNC_OUT_H
#define IO_ASYNC_OUT_H

#include <stddef.h>

#include "base/span.h"

struct event_base;
struct async_out;

/* failed is called once, with an errno value, when nothing more goes out;
 * drained whenever all is written. A pipe or socket is made non-blocking, and
 * what it was before again by async_out_free. */
struct async_out *async_out_new(struct event_base *, int fd,
    void (*drained)(void *), void (*failed)(void *, int error), void *arg);
void async_out_free(struct async_out *);

void async_out_add(struct async_out *, struct span);
size_t async_out_backlog(const struct async_out *);

#endif
