/* SPDX-License-Identifier: ISC */
/* What post.c and post-loop.c share, and nobody else. */
#ifndef IO_POST_INTERNAL_H
#define IO_POST_INTERNAL_H

#include <curl/curl.h>

struct event;
struct event_base;

/* libcurl's transfers in an event loop. */
struct post_loop {
	CURLM *multi;
	struct event_base *base;
	struct event *timer;
	void (*moved)(void *arg); /* something may be done */
	void *arg;
};

void post_loop_init(struct post_loop *, struct event_base *,
    void (*moved)(void *arg), void *arg);

/* All transfers were taken out. */
void post_loop_release(struct post_loop *);

#endif
