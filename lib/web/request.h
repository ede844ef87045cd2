/* SPDX-License-Identifier: ISC */
/* The head of an HTTP request (RFC 9112), of the strict part that a WebSocket
 * begins with: no content, no folded fields, no bare line feeds. */
/* lib/web is what stands between the socket of a browser and an XMPP stream.
 * In go the bytes of a connection, out come an HTTP answer, or the texts of a
 * WebSocket's messages.
 *
 * request.h reads what is asked for, forwarded.h who asks where a web proxy is
 * in between, answer.h answers: with an error, with a document (hostmeta.h), or
 * by agreeing to a WebSocket (RFC 6455), which websocket.h (wslay) frames from
 * there on. What the messages mean (RFC 7395) is xml/framed.h's. */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

enum {
	REQUEST_HEAD_MAX = 8192, /* bytes of a head */
	REQUEST_FIELDS_MAX = 64,
};

struct request_field {
	struct span name, value; /* without white space around it */
};

/* Spans are the caller's bytes. */
struct request {
	struct span method;
	struct span path;	/* of the target, without a query */
	bool old;		/* HTTP/1.0 */
	struct span host;	/* the Host field; n 0: none (HTTP/1.0) */
	struct request_field field[REQUEST_FIELDS_MAX];
	size_t fields;
	size_t len;		/* bytes of the head */
};

enum request_found {
	REQUEST_MORE,	/* the bytes so far are the begin of one */
	REQUEST_WHOLE,
	REQUEST_BAD,	/* *status is the error to answer with */
};

/* Read the head that data begins with. What can no more become one is found
 * out with the line that shows it, and a peer that speaks something else with
 * its first byte. */
enum request_found request_read(struct request *, struct span data,
    unsigned *status);

/* The nth field of that name, whatever its case; .p NULL: there is none. */
struct span request_get(const struct request *, const char *name, size_t nth);
size_t request_count(const struct request *, const char *name);

/* Whether a word is in the lists (RFC 9110 section 5.6.1) of all fields of that
 * name; letters of either case are the same. */
bool request_lists(const struct request *, const char *name,
    const char *word);

/* Take the next element off a list, without white space around it; commas in
 * quotes do not count. .p NULL: there is none. */
struct span request_element(struct span *list);

/* Whether they are the same but for the case of ASCII letters. */
bool request_same(struct span, struct span);

#endif
