/* SPDX-License-Identifier: ISC */
/* Descriptors that came with the process, in an event loop: pipes, sockets,
 * and also files, which are always ready and which epoll(7) does not take. */
#ifndef IO_READY_H
#define IO_READY_H

#include <stdbool.h>

struct event_base;
struct ready;

/* Call fn(arg), from the loop, whenever fd is readable (or writable), while
 * that is wanted; at first it is not. */
struct ready *ready_new(struct event_base *, int fd, bool writable,
    void (*fn)(void *), void *arg);
void ready_free(struct ready *);

void ready_want(struct ready *, bool);

/* Call fn once, before the loop waits again, whether or not it is ready. */
void ready_kick(struct ready *);

#endif
