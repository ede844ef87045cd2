/* SPDX-License-Identifier: ISC */
/* A socket that tells whoever connects how the proxy is doing. */
#ifndef LIVE_STATUS_H
#define LIVE_STATUS_H

struct buf;
struct proxy;
struct status;

/* NULL with the reason appended to why. */
struct status *status_new(struct proxy *, struct buf *why);
void status_free(struct status *);

#endif
