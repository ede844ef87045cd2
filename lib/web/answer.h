/* SPDX-License-Identifier: ISC */
/* What an HTTP request is answered. */
#ifndef WEB_ANSWER_H
#define WEB_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "web/request.h"

/* What a listener serves; the strings are the caller's. */
struct web_site {
	const char *path;	     /* of the WebSocket */
	const char *const *origins;  /* whose pages may connect; none: those of
				      * the same host */
	size_t origin_count;
	const char *url; /* of the WebSocket, for others; NULL: as asked for */
};

/* How a request came. */
enum web_way {
	WEB_PLAIN,
	WEB_SECURE,  /* by TLS, here or at a web proxy that is believed */
	WEB_REFUSED, /* without, where it has to be: there is no WebSocket */
};

/* Append the answer and return its status: 101 for a WebSocket, 200 for a
 * document, or an error. Behind anything but 101 the connection is to be
 * closed. */
unsigned answer_request(struct buf *, const struct request *,
    const struct web_site *, enum web_way);

/* Append an error; text: one line, NULL for the status's own. */
void answer_error(struct buf *, unsigned status, const char *text);

/* Whether a path, and an origin ("https://HOST", perhaps a port, or "*": any
 * page), are such. */
bool answer_path_valid(const char *);
bool answer_origin_valid(const char *);
/* Likewise a "ws://" or "wss://" URL without query. */
bool answer_url_valid(const char *);

#endif
