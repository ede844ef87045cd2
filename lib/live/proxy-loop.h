/* SPDX-License-Identifier: ISC */
/* What proxy.c, which knows libevent, asks of proxy-loop.c, which knows the
 * sessions. */
#ifndef LIVE_PROXY_LOOP_H
#define LIVE_PROXY_LOOP_H

#include "live/proxy.h"

struct event_base;

struct proxy *proxy_open(struct event_base *, const struct proxy_options *,
    struct buf *why, int *code);
void proxy_close(struct proxy *);
struct event_base *proxy_base(const struct proxy *);

/* All was ended in order. */
bool proxy_finished(const struct proxy *);

#endif
