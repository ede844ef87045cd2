/* SPDX-License-Identifier: ISC */
/* The processes that another process has started, and word of their end, which
 * otherwise only that one gets. */
#ifndef IO_CHILD_WATCH_H
#define IO_CHILD_WATCH_H

#include <sys/types.h>

struct child_watch;
struct event_base;

/* Watch those that parent has now: ended(arg) is called from the loop, once
 * for each that ends. NULL if it has none, or the system does not tell. */
struct child_watch *child_watch_new(struct event_base *, pid_t parent,
    void (*ended)(void *arg), void *arg);
void child_watch_free(struct child_watch *);

#endif
