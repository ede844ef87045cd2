/* SPDX-License-Identifier: ISC */
/* What the files of jetstream.h share. */
#ifndef SHIP_JETSTREAM_INTERNAL_H
#define SHIP_JETSTREAM_INTERNAL_H

#include <nats/nats.h>
#include <pthread.h>
#include <stdatomic.h>

#include "ship/jetstream.h"

/* What a message tells of itself beside what JetStream knows: the place of its
 * last record, where that came from. */
#define JETSTREAM_PLACE "Cup-Place"

enum {
	JETSTREAM_SERVERS_MAX = 16,
	JETSTREAM_INBOX = sizeof("_INBOX.") - 1 + 22,
};

struct jetstream {
	struct jetstream_config config;
	natsOptions *options;
	natsConnection *nc; /* NULL: there was none yet; it may be closed */
	natsSubscription *answers;
	char *inbox; /* what answers to messages are sent to, without ".N" */
	int alarm;   /* eventfd: told is not empty */
	pthread_mutex_t mutex; /* of told */
	struct buf told, news; /* items; of news the first taken bytes are */
	size_t taken;
	pthread_t looker;
	bool looking, looked; /* looked: its thread is joined */
	uint64_t wanted; /* by the looker */
	/* A connection that is made is handed over with JETSTREAM_UP. */
	pthread_t dialler;
	bool dialling;
	atomic_bool ending;
	pthread_mutex_t line; /* of the rest */
	natsConnection *made;
	natsSubscription *made_answers;
	natsConnection *open; /* the one whose end is news */
};

/* From any thread. */
void jetstream_tell(struct jetstream *, const struct jetstream_item *);

/* Create a thread that gets no signals. */
void jetstream_thread(pthread_t *, void *(*run)(void *), void *arg);

/* Make a connection, by a thread that goes on trying; its success is news. */
void jetstream_dial(struct jetstream *);

/* At that news: go over to it. */
void jetstream_adopt(struct jetstream *);

/* Give up trying. */
void jetstream_hang_up(struct jetstream *);

/* What JetStream is asked through, the caller's to destroy. */
natsStatus jetstream_context(struct jetstream *, jsCtx **);

/* In a thread of libnats: a connection has ended; an answer to the inbox's
 * subject ".NUMBER"; for arg, a struct jetstream. */
void jetstream_closed(natsConnection *, void *arg);
void jetstream_answer(natsConnection *, natsSubscription *, natsMsg *,
    void *arg);

#endif
