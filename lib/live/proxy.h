/* SPDX-License-Identifier: ISC */
/* The live cup-intercept: it stands between the clients and their server, and
 * lets a stanza go on only when its record has come back released.
 *
 * lib/live is that gate. In go the bytes of clients and of their server, out go
 * the same stanzas, each once it is journaled, or an error to who sent it.
 *
 * proxy.c and proxy-loop.c accept (peer.h: not too many of one host);
 * client-link.c and server-link.c are a session's two connections (internal.h).
 * stream.c frames what comes (xml/scan.h) and vets it (xml/xml.h); client.c and
 * server.c decide what it means, with managed.c for stream management (sm.h),
 * features.c, selection.c and login.c. What must be judged becomes an item in
 * the queue of its direction (queue.h); queue-ask.c puts its record to the
 * pipeline (pipeline/pipeline.h). Answers are judged in verdict.c, and in
 * expire.c and retry.c that there is none; queue.c takes what is at the head of
 * a queue and decided, in order, queue-emit.c writes it, and overtake.c the few
 * things that may not wait. What the journal's
 * verdicts do not tell is written to another journal first (notice.h).
 * component.h is the way back where a recipient may not have a stanza, and the
 * way on for what a person released (release.h), which is known again where it
 * arrives by its mark (mark.h).
 * slots.h tells the gate of files which may come; decided.h counts what came
 * back. web.h is in between where a client comes by WebSocket.
 * resume.c brings a client back, session.c ends. memory.h counts what all of
 * this holds; options.h says how it is set, status.h how it does. */
#ifndef LIVE_PROXY_H
#define LIVE_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/address.h"
#include "record/channel.h"

struct proxy;

#define WEB_PATH "/xmpp-websocket" /* where a listener has no other */

enum proxy_tls { PROXY_TLS_NONE, PROXY_TLS_OPTIONAL, PROXY_TLS_REQUIRED };
enum proxy_notice {
	PROXY_NOTICE_ERROR,
	PROXY_NOTICE_MESSAGE,
	PROXY_NOTICE_BOTH,
};
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
	const struct local *local; /* its domains are served; none: any */
	unsigned events; /* of enum traffic_events */
	size_t max_size;
	const char *const *certificate, *const *key;
	size_t certificates;
	enum proxy_tls tls;
	const char *const *web_origin; /* whose pages may connect */
	size_t web_origins;	       /* 0: those of the same host */
	const char *web_url; /* where clients find it (XEP-0156), or NULL */
	const char *server_ca;
	const char *pipeline_ca, *pipeline_certificate, *pipeline_key;
	int send_proxy; /* version, 0: no */
	const struct network *accept_proxy;
	size_t accept_proxies;
	uint64_t hold_timeout, login_timeout;
	enum proxy_failure on_failure;
	enum proxy_notice refusal_notice;
	size_t max_clients;  /* 0: no limit */
	size_t max_per_peer; /* 0: three quarters of these, if they are many */
	size_t held_max, client_held_max;
	struct address *component; /* NULL: none */
	const char *component_domain, *component_secret;
	struct address *review;	  /* who keeps what is held; NULL: nobody here */
	const char *review_key;	  /* file with the key of marks; NULL: none */
	bool review_untold;	  /* senders are not told what was settled */
	struct address *status;	   /* NULL: none */
	struct address *upload;	   /* who is told of slots; NULL: nobody */
	const char *listen_pid, *listen_fds, *listen_names; /* LISTEN_... */
	/* Say a line of whatever length; something in one line, as printf. */
	void (*say_whole)(const char *what, const char *line, size_t len);
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
	/* It has begun, or ends: for a supervisor. May be NULL. */
	void (*ready)(void);
	void (*stopping)(void);
	/* The pipeline is now: down, starting, up, or, once a record came back,
	 * working. May be NULL. */
	void (*pipeline_is)(const char *word);
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
