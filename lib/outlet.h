/* SPDX-License-Identifier: ISC */
/* Output to a descriptor that the loop never blocks on: all that is added in a
 * round goes out together. */
#ifndef OUTLET_H
#define OUTLET_H

#include <stddef.h>

#include "span.h"

struct event_base;
struct outlet;

/* failed is called once, with an errno value, when nothing more goes out;
 * drained whenever all is written. A pipe or socket is made non-blocking, and
 * what it was before again by outlet_free. */
struct outlet *outlet_new(struct event_base *, int fd,
    void (*drained)(void *), void (*failed)(void *, int error), void *arg);
void outlet_free(struct outlet *);

void outlet_add(struct outlet *, struct span);
size_t outlet_backlog(const struct outlet *);

#endif
