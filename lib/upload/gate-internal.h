/* SPDX-License-Identifier: ISC */
/* What the files of the gate share, and nobody else. */
#ifndef UPLOAD_GATE_INTERNAL_H
#define UPLOAD_GATE_INTERNAL_H

#include "base/buf.h"
#include "pipeline/pipeline.h"
#include "record/files.h"
#include "record/recorder.h"
#include "upload/gate.h"
#include "upload/http.h"
#include "upload/slots.h"
#include "upload/store.h"
#include "upload/worker.h"

struct fronts;
struct listener;
struct relay;
struct relay_request;
struct relays;
struct slot_socket;
struct sniff;
struct timer;
struct tls_context;

struct gate {
	struct gate_options o;
	struct event_base *base;
	struct link_loop *loop;
	struct listener *listener;
	struct tls_context *tls, *pipeline_tls;
	struct fronts *fronts;
	struct http *http;
	struct relays *forwards, *passes; /* of files, of all else */
	struct pipeline *pipeline;
	struct worker *worker;
	struct store *store;
	struct sniff *sniff;
	struct slots slots;
	struct slot_socket *slot_socket;
	struct recorder recorder;
	struct timer *tick, *hup, *term, *interrupt;
	struct upload *first;
	size_t passing; /* requests */
	bool stopping, ended, working;
	int64_t stop_until;
	bool full_said, room_said;
	int64_t late_said, bad_said, rest_said;
};

enum upload_state {
	UPLOAD_COMING,	  /* its body is awaited */
	UPLOAD_KEPT,	  /* is synced, by the worker */
	UPLOAD_ASKED,	  /* its record is in the pipeline */
	UPLOAD_NOTED,	  /* what came of it is written, by the worker */
	UPLOAD_FORWARDED, /* to the server */
	UPLOAD_ANSWERED,
};

/* A file that is sent, from its request to the end of that. */
struct upload {
	struct question q; /* first: a question is its upload */
	struct job job;
	struct gate *gate;
	struct upload *next, *prev;
	struct http_request *request;
	struct granted *slot; /* NULL: given back */
	enum upload_state state;
	int64_t began, moved, asked; /* timer_now */
	struct spool spool;
	struct buf type, content; /* claimed; found */
	struct buf element;	  /* field 9 */
	enum files_state outcome;
	struct buf why; /* it was refused, for people */
	int error;	/* of the worker: errno, 0: none */
	struct relay *relay;
	struct buf headers, body; /* of the server's answer */
	int status;
};

/* A request that is not a file's. */
struct pass {
	struct gate *gate;
	struct http_request *request;
	struct relay *relay; /* NULL: over */
	struct buf data;
	bool whole, paused, failed; /* whole: it was passed on */
};

/* What the state of a request is. */
struct exchange {
	struct upload *upload;
	struct pass *pass;
};

/* Answer with an error of our own, of which one line tells. */
void gate_refuse(struct http_request *, int status, const char *text);

/* Pass the request on, with its method, target and headers; q has the rest. */
struct relay *gate_relay(struct relays *, struct http_request *,
    struct relay_request *q);
/* The headers of a server's answer, into ours. */
void gate_answer_headers(struct http_request *, struct span headers);

/* gate-serve.c */
extern const struct listener_owner gate_connections;
extern const struct slot_socket_owner gate_slots;
extern const struct http_owner gate_http;

/* gate-put.c */
struct upload *upload_begin(struct gate *, struct http_request *);
void upload_data(struct upload *, const char *p, size_t n);
void upload_whole(struct upload *);
void upload_over(struct upload *);
/* Answer with an error; the slot is good for another try. */
void upload_fail(struct upload *, int status, const char *text);
/* The disk failed with errno. */
void upload_fail_disk(struct upload *, int error);
/* Give the slot back, or use it up. */
void upload_give_back(struct upload *, bool spent);
void upload_tick(struct gate *, int64_t now);

/* gate-ask.c */
void upload_ask(struct upload *);
/* Nobody decided it. */
void upload_undecided(struct upload *);
extern const struct pipeline_owner upload_pipeline;

/* gate-forward.c */
void upload_forward(struct upload *);

/* gate-pass.c */
struct pass *pass_begin(struct gate *, struct http_request *);
void pass_whole(struct pass *);
ssize_t pass_read(struct pass *, char *p, size_t max);
void pass_over(struct pass *);

/* gate.c: the pipeline is another way now; it ended. */
void gate_pipeline(struct gate *, enum pipeline_state);
void gate_pipeline_ended(struct gate *);
void gate_pipeline_works(struct gate *);

#endif
