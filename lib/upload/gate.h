/* SPDX-License-Identifier: ISC */
/* cup-upload: it stands before a server's HTTP as cup-intercept does before
 * its XMPP, and lets a file go on only when its record has come back released.
 *
 * lib/upload is that gate. In go HTTP requests and slots, out go the same
 * requests, those that send a file once that is on disk, judged and journaled.
 *
 * gate-serve.c accepts (front.h: by TLS) and http.h serves (libmicrohttpd);
 * gate.c has what all of it needs, its clock and its end. gate-put.c takes a file in for a slot (slots.h, told of by slot-socket.h) and keeps it
 * (store.h, in the thread of worker.h, which sniff.h looks at it in too);
 * gate-ask.c puts its record to the pipeline (pipeline/pipeline.h) and has what
 * comes of it, gate-forward.c sends it on (io/post-relay.h); gate-pass.c has
 * all other requests pass. */
#ifndef UPLOAD_GATE_H
#define UPLOAD_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/address.h"
#include "record/channel.h"

struct buf;
struct gate;

/* Sizes are bytes, times milliseconds. Strings and arrays stay the caller's
 * and must outlive the gate. */
struct gate_options {
	struct address *listen, *slots;
	const char *server; /* "http[s]://authority" */
	const char *server_ca; /* what verifies it; NULL: the system's */
	const char *store;
	uint64_t file_size_max, slot_expires, timeout, hold_timeout;
	unsigned max_connections;
	const char *node;
	const char *const *certificate, *const *key;
	size_t certificates;
	struct channel_target pipeline; /* without its TLS context */
	struct address *pipeline_address; /* the same, NULL: a command */
	const char *pipeline_ca, *pipeline_certificate, *pipeline_key;
	const char *listen_pid, *listen_fds, *listen_names; /* LISTEN_... */
	/* Say something in one line, as printf. */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
	/* It has begun, or ends: for a supervisor. */
	void (*ready)(void);
	void (*stopping)(void);
	/* The pipeline is now: down, starting, up, or, once a record came back,
	 * working. */
	void (*pipeline_is)(const char *word);
};

/* NULL, or why it is no server that can be forwarded to. */
const char *gate_check_server(const char *url);

/* Set up: listen, open the store, read the certificates. NULL with the reason
 * appended to why, and in *code one of sysexits.h. */
struct gate *gate_new(const struct gate_options *, struct buf *why, int *code);

/* Serve until a SIGTERM or SIGINT has come and all was ended in order. A
 * SIGHUP re-reads the certificates and moves to a fresh pipeline. */
void gate_run(struct gate *);
void gate_free(struct gate *);

#endif
