/* SPDX-License-Identifier: ISC */
/* The live cup-intercept: it stands between the clients and their server, and
 * lets a stanza go on only when its record has come back released.
 *
 * How it hangs together: a session (session.h) has two legs, to the client
 * and to the server. leg.c frames what comes (scan.h) and vets it (xml.h);
 * client.c and server.c decide what it means. What must be judged becomes an
 * item (item.h) in the lane of its direction, and its record is put to the
 * pipeline (pipeline.h). Answers and deadlines are judged in verdict.c; lane.c
 * writes what is at the head of a lane and decided, in order, and replaces
 * what may not go on (sm.h). What the journal's verdicts do not tell is
 * written to another journal first (notice.h). */
#ifndef PROXY_H
#define PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "channel.h"

struct proxy;

enum proxy_tls { PROXY_TLS_NONE, PROXY_TLS_OPTIONAL, PROXY_TLS_REQUIRED };
enum proxy_failure { PROXY_BOUNCE, PROXY_HOLD, PROXY_PASS };

/* Sizes are bytes, times milliseconds. Strings and arrays stay the caller's
 * and must outlive the proxy. */
struct proxy_options {
	struct address *listen;
	size_t listens;
	struct address *server;
	struct channel_target pipeline; /* without its TLS context */
	struct address *pipeline_address; /* the same, NULL: a command */
	const char *const *refused;	/* argv of a journal's writer; NULL */
	const char *node;
	const struct home *home; /* its domains are served; none: any */
	unsigned events; /* of enum traffic_events */
	size_t max_size;
	const char *const *certificate, *const *key;
	size_t certificates;
	enum proxy_tls tls;
	const char *server_ca;
	const char *pipeline_ca, *pipeline_certificate, *pipeline_key;
	int send_proxy; /* version, 0: no */
	const struct network *accept_proxy;
	size_t accept_proxies;
	uint64_t hold_timeout, login_timeout;
	enum proxy_failure on_failure;
	size_t max_clients, max_per_peer; /* 0: no limit */
	size_t held_max, client_held_max;
	struct address *component; /* NULL: none */
	const char *component_domain, *component_secret;
	struct address *status;	   /* NULL: none */
	const char *listen_pid, *listen_fds, *listen_names; /* LISTEN_... */
	/* Say something in one line. */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
	/* It has begun, or ends: for a supervisor. May be NULL. */
	void (*ready)(void);
	void (*stopping)(void);
};

/* Set up: listen, read the certificates. NULL with the reason appended to
 * why, and in *code one of sysexits.h. */
struct buf;
struct proxy *proxy_new(const struct proxy_options *, struct buf *why,
    int *code);

/* Serve until a SIGTERM or SIGINT has come and all was ended in order. A
 * SIGHUP re-reads the certificates and moves to a fresh pipeline. */
void proxy_run(struct proxy *);
void proxy_free(struct proxy *);

#endif
