/* SPDX-License-Identifier: ISC */
/* The processes that another process has started, and word of their end, which
 * otherwise only that one gets. */
#ifndef BROOD_H
#define BROOD_H

#include <sys/types.h>

struct brood;
struct event_base;

/* Watch those that parent has now: ended(arg) is called from the loop, once
 * for each that ends. NULL if it has none, or the system does not tell. */
struct brood *brood_new(struct event_base *, pid_t parent,
    void (*ended)(void *arg), void *arg);
void brood_free(struct brood *);

#endif
