/* SPDX-License-Identifier: ISC */
/* What http.c and http-exchange.c share, and nobody else. */
#ifndef UPLOAD_HTTP_INTERNAL_H
#define UPLOAD_HTTP_INTERNAL_H

#include <microhttpd.h>

#include "upload/http.h"

struct ready;
struct timer;

struct http {
	struct MHD_Daemon *daemon;
	struct ready *ready;
	struct timer *timer;
	struct link_loop *loop;
	struct http_config config;
	const struct http_owner *owner;
	void *arg;
	struct http_request *first;
};

struct http_request {
	struct http *http;
	struct http_request *prev, *next;
	struct MHD_Connection *connection; /* NULL: its head is not whole */
	const char *method;
	char *target;
	void *state;
	int status;
	struct MHD_Response *response;
	struct buf headers; /* of the answer: name NUL value NUL, ... */
	int linger;	    /* the socket once more; -1: not wanted */
	bool begun, whole, answered, queued, suspended, at_once, cut;
};

/* Go on with it, if it was suspended. */
void http_wake(struct http_request *);

int http_socket(const struct http_request *);

/* What has the next bytes of an answer, of a request. */
ssize_t http_read(void *request, uint64_t pos, char *p, size_t max);

#endif
