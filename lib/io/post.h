/* SPDX-License-Identifier: ISC */
/* HTTP POST requests, many at a time, in an event loop; libcurl is behind it.
 * Connections are kept, and shared by HTTP/2 where the server speaks that. */
#ifndef IO_POST_H
#define IO_POST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

struct event_base;
struct post;
struct posts;
struct tls_context;

/* Borrowed during the call. */
struct post_reply {
	int status;	 /* 0: there is none, why says why not */
	const char *why;
	bool reset;	 /* it was this request only: the rest goes on */
	bool shared;	 /* the connection carries many requests at a time */
	uint64_t retry_after; /* milliseconds; 0: it does not say */
	struct span body;
	const struct buf *headers; /* for post_header */
};

/* Called once from the loop, unless the request is cancelled; it is freed
 * afterwards. */
typedef void post_done(void *arg, struct post *, const struct post_reply *);

struct post_header {
	const char *name;
	struct span value; /* without control characters */
};

struct post_request {
	const char *url;
	const struct post_header *headers;
	size_t header_count;
	struct span body; /* stays until it is done or cancelled */
	const char *type; /* of the body */
	uint64_t connect_timeout, timeout; /* milliseconds */
	post_done *done;
	void *arg;
};

enum {
	POST_SINGLE = 16,	 /* connections to a host at a time */
	POST_SHARED = 256,	 /* requests on one that is shared */
	POST_HEADERS_MAX = 65536, /* bytes of a reply's headers, */
	POST_BODY_MAX = 524288,	 /* and of its body: more is a failure */
};

/* What is shown to servers and what they are verified by, in new connections
 * from then on, is that of a client's context (NULL: nothing, the system's),
 * which stays the caller's. */
struct posts *posts_new(struct event_base *, struct tls_context *);
void posts_secure(struct posts *, struct tls_context *);
/* What is under way is cancelled. */
void posts_free(struct posts *);

/* NULL if it can be used, else why not. */
const char *post_url_check(const char *url);

struct post *posts_send(struct posts *, const struct post_request *);
void post_cancel(struct post *);

/* The value of a reply's header; .p NULL if it is not there. */
struct span post_header(const struct post_reply *, const char *name);

#endif
