/* SPDX-License-Identifier: ISC */
/* Looking an address's host up without the loop waiting for it. */
#ifndef IO_LOOKUP_H
#define IO_LOOKUP_H

#include "io/address.h"

struct event_base;
struct lookup;

/* Look it up, in a thread of its own; done is called from the loop, once. On
 * success the address has what was found; else why says why not, a constant.
 * NULL, with the reason in *why, if no thread can be had. */
struct lookup *lookup_start(struct event_base *, struct address *,
    void (*done)(void *, const char *why), void *arg, const char **why);

/* Nothing more is wanted; for NULL, and for one that is done, nothing is done.
 */
void lookup_free(struct lookup *);

#endif
