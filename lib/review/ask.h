/* SPDX-License-Identifier: ISC */
/* Asking a keeper: to settle something, or what is held. Blocking. */
#ifndef REVIEW_ASK_H
#define REVIEW_ASK_H

#include <stdbool.h>

#include "base/buf.h"
#include "io/probe.h"
#include "record/review.h"

enum ask_answer {
	ASK_DONE,
	ASK_MORE,    /* it is on record, but more reviewers are needed */
	ASK_REFUSED, /* answer says why */
	ASK_FAILED,  /* there was no answer: why in answer; it may be done */
};

/* A zeroed struct is a valid empty one. */
struct ask {
	struct address address;
	struct probe probe;
	bool open;
	struct buf in;
};

/* Connect to the keeper at an address. False with the reason appended to why.
 * The process must ignore SIGPIPE. */
bool ask_open(struct ask *, const char *address, struct buf *why);
void ask_close(struct ask *);

/* Have it settle. */
enum ask_answer ask_settle(struct ask *, const struct review *,
    struct buf *answer);

/* Ask for all lines of a request ("status", "list"), which ends the
 * connection. ASK_DONE, or why not in why, as where they are not all. */
enum ask_answer ask_lines(struct ask *, const char *request,
    struct buf *lines, struct buf *why);

#endif
