/* SPDX-License-Identifier: ISC */
/* What the files of jetstream.h share. */
#ifndef SHIP_JETSTREAM_INTERNAL_H
#define SHIP_JETSTREAM_INTERNAL_H

#include <nats/nats.h>
#include <pthread.h>

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
	natsConnection *nc;
	natsSubscription *answers;
	char *inbox; /* what answers to messages are sent to, without ".N" */
	int alarm;   /* eventfd: told is not empty */
	pthread_mutex_t mutex; /* of told */
	struct buf told, news; /* items; of news the first taken bytes are */
	size_t taken;
	pthread_t looker;
	bool looking;
	uint64_t wanted; /* by the looker */
};

/* From any thread. */
void jetstream_tell(struct jetstream *, const struct jetstream_item *);

/* In a thread of libnats: an answer to the inbox's subject ".NUMBER", for arg, a
 * struct jetstream. */
void jetstream_answer(natsConnection *, natsSubscription *, natsMsg *,
    void *arg);

#endif
