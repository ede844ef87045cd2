/* SPDX-License-Identifier: ISC */
/* Who asks, where web proxies are in between, as they say it: Forwarded (RFC
 * 7239), or else X-Forwarded-For and X-Forwarded-Proto. To be asked only of the
 * request of a proxy that is believed. */
#ifndef WEB_FORWARDED_H
#define WEB_FORWARDED_H

#include <stdbool.h>

#include "io/endpoint.h"
#include "web/request.h"

enum { FORWARDED_MAX = 32 }; /* proxies, the nearest ones */

struct forwarded {
	struct endpoint client; /* unknown: they do not say */
	bool plain;	/* the nearest says that it was asked without TLS */
};

/* The nearest of those named that is not itself believed, or the farthest. What
 * stands beyond one that gives no address is not looked at. */
void forwarded_read(struct forwarded *, const struct request *,
    const struct network *believed, size_t count);

#endif
