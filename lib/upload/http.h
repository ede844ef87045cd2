/* SPDX-License-Identifier: ISC */
/* Serving HTTP in an event loop; libmicrohttpd is behind it. A request's body
 * is handed over as it comes, its answer may come later, and as a stream. */
#ifndef UPLOAD_HTTP_H
#define UPLOAD_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/span.h"

struct endpoint;
struct event_base;
struct http;
struct http_request;
struct link_loop;

#define HTTP_UNSIZED UINT64_MAX

enum {
	HTTP_MEMORY = 64 * 1024, /* bytes of a connection: head and body */
	HTTP_READ_LATER = 0,
	HTTP_READ_END = -1,
	HTTP_READ_FAILED = -2,
};

struct http_owner {
	/* The head of a request is there, its body, if any, follows. It may be
	 * answered in any of the first three; what still comes of its body
	 * then is taken in and forgotten, and the answer goes out behind it. */
	void (*begin)(void *arg, struct http_request *);
	/* n bytes of the body; not once it is answered. */
	void (*data)(struct http_request *, const char *p, size_t n);
	/* All of it came; not once it is answered. */
	void (*whole)(struct http_request *);
	/* It is over, answered or cut off, and freed when this returns. */
	void (*over)(struct http_request *);
	/* The next bytes of an answer's body, as many as there are up to max:
	 * how many, or one of HTTP_READ. After LATER http_more is awaited. */
	ssize_t (*read)(struct http_request *, char *p, size_t max);
};

/* At most so many connections at a time, and from one IP address; of one on
 * which nothing moves for timeout milliseconds nothing more is expected. */
struct http_config {
	unsigned connections, per_peer;
	uint64_t timeout;
};

/* NULL if libmicrohttpd cannot start. The loops must outlive it. */
struct http *http_new(struct event_base *, struct link_loop *,
    const struct http_config *, const struct http_owner *, void *arg);
/* All that is under way is cut off; over is called for each. */
void http_free(struct http *);

/* Serve a connected socket, which is not the caller's any more. */
void http_serve(struct http *, int fd, const struct endpoint *peer);

/* What was asked; strings stay until it is over. The target is as it came,
 * with its query. */
const char *http_method(const struct http_request *);
const char *http_target(const struct http_request *);
/* .p NULL: there is none. */
struct span http_header(const struct http_request *, const char *name);
/* Call fn for each of its headers. */
void http_headers(struct http_request *,
    void (*fn)(void *, const char *name, const char *value), void *arg);

/* The caller's own, NULL at first. */
void http_set_state(struct http_request *, void *);
void *http_state(const struct http_request *);

/* Begin an answer: status, then headers (lines of "Name: value" as relay_head
 * has them; what concerns the connection or the size only is left out), then
 * one of the ends. size is that of a stream which read is called for. */
void http_answer(struct http_request *, int status);
void http_answer_header(struct http_request *, const char *name,
    struct span value);
void http_answer_body(struct http_request *, struct span);
void http_answer_stream(struct http_request *, uint64_t size);
bool http_answered(const struct http_request *);

/* The answer need not wait for the rest of the body: the connection is closed
 * behind it. Call in begin. */
void http_at_once(struct http_request *);

/* The body is waited for without end: the owner sees to that. Call in begin. */
void http_patient(struct http_request *);

/* There is more to read. */
void http_more(struct http_request *);

/* While its body is awaited: answer with this status and text in place of all
 * else, and close the connection. */
void http_cut(struct http_request *, const char *status, const char *text);

/* Whether its client is still there, as far as that can be told. */
bool http_waits(const struct http_request *);

/* Whether a header concerns one connection only, or the size of the body. */
bool http_hop_by_hop(struct span name);

#endif
