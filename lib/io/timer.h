/* SPDX-License-Identifier: ISC */
/* Timers and signals of an event loop, and a clock that only goes forward. */
#ifndef IO_TIMER_H
#define IO_TIMER_H

#include <stdbool.h>
#include <stdint.h>

struct event_base;
struct timer;

/* Call fn(arg) when the time set by timer_in is over, from the loop. */
struct timer *timer_new(struct event_base *, void (*fn)(void *), void *arg);
/* Call fn(arg), from the loop, each time the signal comes. */
struct timer *timer_signal(struct event_base *, int signal,
    void (*fn)(void *), void *arg);
void timer_free(struct timer *);

/* Set it to ms milliseconds from now, also if it is set already; 0: before
 * the loop waits again. */
void timer_in(struct timer *, uint64_t ms);
void timer_stop(struct timer *);
bool timer_set(const struct timer *);

/* Milliseconds since some point in the past (CLOCK_MONOTONIC). */
int64_t timer_now(void);

#endif
