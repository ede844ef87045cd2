/* SPDX-License-Identifier: ISC */
/* A thread for what waits for the disk, so that the event loop does not. */
#ifndef UPLOAD_WORKER_H
#define UPLOAD_WORKER_H

struct event_base;
struct worker;

/* Part of a struct of the caller's, which stays until done was called. */
struct job {
	void (*work)(struct job *); /* in the thread */
	void (*done)(struct job *); /* from the loop */
	struct job *next;	    /* the worker's own */
};

/* NULL with errno if no thread can be had. */
struct worker *worker_new(struct event_base *);
/* What was given is finished first; done is called for none of it. */
void worker_free(struct worker *);

/* Jobs are worked on one after the other. */
void worker_give(struct worker *, struct job *);

#endif
