/* SPDX-License-Identifier: ISC */
/* Trying another policy beside a stage: what it decides is handed to a process
 * of its own, without ever waiting for that. */
#ifndef TRIAL_SHADOW_H
#define TRIAL_SHADOW_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "record/record.h"

enum {
	SHADOW_MAX = 32 * 1024 * 1024, /* bytes that wait for the process */
	SHADOW_END = 5000, /* milliseconds that its end is waited for */
};

struct shadow {
	int fd; /* to the process; -1: there is none any more */
	pid_t pid;
	struct buf waiting;
	size_t sent; /* bytes of these that it has */
	uint64_t missed; /* records that it did not get */
	bool lagged;     /* which was said */
	/* Called with what is wrong, which is no fault of the stage. */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
};

/* All but say is set: begin with a process that runs work(arg) and exits with
 * what that returns. The records come to its standard input; its standard
 * output is /dev/null, and all else as it is here. False with errno. */
bool shadow_begin(struct shadow *, int (*work)(void *arg), void *arg);

/* Hand it a record: its line and, borrowed of that, its stanza as they came, and
 * as what it went on. */
void shadow_add(struct shadow *, struct span line, struct span came,
    const struct record *went);

/* Send what can be sent now. */
void shadow_push(struct shadow *);

/* Send the rest, and wait, some seconds at most, until the process has
 * ended. */
void shadow_end(struct shadow *);

#endif
