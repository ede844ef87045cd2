/* SPDX-License-Identifier: ISC */
/* Records from a descriptor, put to compliance servers, and on in order. */
/* lib/broker asks compliance servers. In go undecided records, out come the
 * same, decided by a server, in their order, or the word that nobody did.
 *
 * broker.c reads and puts each record into the window (window.h); route.c
 * chooses a judge, by preference or by affinity.h, and what happens where none
 * is there; settle.c passes on what is answered, reviews.c what reviewers at a
 * server settle. judge.h is one server: up or
 * down, asked and pinged (judge-watch.c), over lines (judge-line.c) or HTTP
 * (judge-http.c); it calls back what it hears. answer.c believes an answer, or
 * does not; tell.c says how they do. */
#ifndef BROKER_BROKER_H
#define BROKER_BROKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/tls.h"

enum { BROKER_SERVERS_MAX = 64 };

struct broker_config {
	const char *name; /* what it calls itself in reasons */
	const char *const *urls; /* in order of preference */
	size_t count;
	struct tls_config tls;
	int in, out;
	const char *status; /* a file that says how the servers do; NULL */
	size_t window, window_bytes; /* records, and bytes of them */
	uint64_t connect_timeout, answer_timeout, ping_interval; /* ms */
	bool balance, judge_only, skip_if_down, notify;
	/* Set: only see whether each server answers a ping, and tell how many
	 * microseconds it took; nothing is read. */
	void (*checked)(const char *url, int64_t micros);
	/* Say something in one line, as printf. */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
};

enum broker_result {
	BROKER_DONE,	  /* all was answered and is written */
	BROKER_MALFORMED, /* or was no record */
	BROKER_UNJUDGED,  /* some was not judged, and not passed on */
	BROKER_IN_FAILED, /* reading or writing failed: errno is in error */
	BROKER_OUT_FAILED,
};

struct broker;

/* NULL with the reason appended to why; *misuse is set where that is a bad
 * URL. The config's strings stay the caller's. */
struct broker *broker_new(const struct broker_config *, struct buf *why,
    bool *misuse);

/* Run until the end of input and the last answer. */
enum broker_result broker_run(struct broker *, int *error);

void broker_free(struct broker *);

#endif
