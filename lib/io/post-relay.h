/* SPDX-License-Identifier: ISC */
/* HTTP requests that are passed on to one server, their bodies from files, and
 * its answers as they come; libcurl is behind it. HTTP/1.1, no redirects, no
 * decoding: what is said is said by the two ends. */
#ifndef IO_POST_RELAY_H
#define IO_POST_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct event_base;
struct relay;
struct relays;

#define RELAY_UNSIZED UINT64_MAX

/* Borrowed during the call. */
struct relay_head {
	int status;
	uint64_t size; /* of the body that is said; RELAY_UNSIZED: it is not */
	struct span headers; /* lines of "Name: value", CR LF behind each */
};

struct relay_owner {
	/* The head of the answer is there. */
	void (*head)(void *arg, const struct relay_head *);
	/* n bytes of its body. False: they are not taken, and come again after
	 * relay_resume. */
	bool (*data)(void *arg, const char *p, size_t n);
	/* It is over, and freed when this returns: why is NULL if the answer
	 * was whole. late: the server was silent for too long. */
	void (*end)(void *arg, const char *why, bool late);
};

struct relay_request {
	const char *method;
	const char *target;	    /* "/path?query" */
	const char *const *headers; /* lines of "Name: value" */
	size_t header_count;
	int fd;	       /* of the body; -1: there is none */
	uint64_t size; /* of the body */
	const struct relay_owner *owner;
	void *arg;
};

/* site is "http[s]://authority"; at most so many connections to it at a time,
 * more requests wait. timeout (milliseconds) is for connecting and for a
 * silence. An https server is verified by the authorities in that file, by the
 * system's where ca is NULL. All is copied. */
struct relays *relays_new(struct event_base *, const char *site,
    const char *ca, size_t connections, uint64_t timeout);
/* What is under way is cancelled. */
void relays_free(struct relays *);

/* Begin. The descriptor stays the caller's, and open until it is over. */
struct relay *relays_send(struct relays *, const struct relay_request *);

/* Nothing more is wanted of it, which is freed; its owner is not called. */
void relay_cancel(struct relay *);

/* After data was not taken: it may come; perhaps within this call. */
void relay_resume(struct relay *);

#endif
