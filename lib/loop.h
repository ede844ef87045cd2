/* SPDX-License-Identifier: ISC */
/* An event loop, for who knows nothing of libevent. */
#ifndef LOOP_H
#define LOOP_H

struct event_base;

struct event_base *loop_new(void);
void loop_free(struct event_base *);

/* Until loop_stop is called from within, or nothing is left to wait for. */
void loop_run(struct event_base *);
void loop_stop(struct event_base *);

#endif
