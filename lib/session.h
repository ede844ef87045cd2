/* SPDX-License-Identifier: ISC */
/* One client's connection and its way to the server; what the live modules
 * share. proxy.h says how they hang together. */
#ifndef SESSION_H
#define SESSION_H

#include "home.h"
#include "jid.h"
#include "lane.h"
#include "link.h"
#include "pipeline.h"
#include "proxy.h"
#include "recorder.h"
#include "scan.h"
#include "sm.h"
#include "stanza.h"
#include "wire.h"
#include "xml.h"

enum {
	SESSION_BACKLOG = 256 * 1024, /* unwritten bytes before the other leg
				       * is no longer read */
	SESSION_CLOSE = 5000,	      /* milliseconds for a link to close */
	REQUEST_WAIT = 1000,	      /* ms before an <r/> overtakes */
};

/* One of the two connections of a session. */
struct leg {
	struct link *link; /* NULL: none, or no more */
	struct scan scan;
	struct xml_scope scope;
	struct buf rest;   /* of what was read and not yet taken */
	bool opened;	   /* our header was written to it */
	bool blocked;	   /* what comes is not looked at for now */
	bool ready;	   /* it is connected, and secured where it must be */
	bool ended;	   /* nothing more comes from it */
	bool footer;	   /* its stream was ended in due form */
};

enum session_phase {
	SESSION_OPENING, /* until the client's first header */
	SESSION_LOGIN,	 /* until a resource is bound */
	SESSION_BOUND,
	SESSION_ENDING,	 /* only the held stanzas keep it */
	SESSION_OVER,	 /* it is freed when the loop comes round */
};

struct session {
	struct proxy *proxy;
	struct session *next, *prev; /* of all */
	struct session *after;	     /* on their way to be freed */
	enum session_phase phase;
	struct leg leg[2];   /* UP: the client, whose bytes go up; DOWN */
	struct lane lane[2];
	struct timer *timer; /* for the login */
	struct sm *sm;	     /* NULL: not managed */
	bool sm_up, sm_down; /* stanzas count, to the server, to the client */
	bool authenticated;
	bool resume_inline;  /* it was asked for in an <authenticate/> */
	bool starttls;	     /* it was asked for */
	bool proxied;	     /* a PROXY header comes first */
	bool direct;	     /* TLS from the first byte */
	bool logged_in;	     /* its login was let through */
	bool resumable;	     /* its server is not told that it ends */
	bool server_done;    /* all that came from the server has gone */
	/* A session that is to be resumed by another: nothing more of it goes
	 * to the server, which is asked what it has (resume.c). */
	bool frozen, syncing;
	struct session *waiter, *waits_for;
	uint32_t resume_h;   /* of the <resume/> under way */
	const char *sm_ns;   /* of the client's SM elements */
	char token[RECORDER_TOKEN];
	struct peer *peer;   /* who counts its connections; NULL: not yet */
	struct buf jid;	     /* bound by the server */
	struct buf bind_id;  /* of the bind request under way */
	struct buf domain;   /* the client's to */
	struct buf header;   /* for the server, until it is connected */
	struct buf server_name; /* that a TLS server's certificate is for */
	const char *reason;  /* of its end, for the logout */
	size_t stalled;	     /* bytes that wait for its peers */
	int64_t stalled_since;
	size_t attempt;	     /* which of the server's addresses */
	struct buf why;	     /* its end, or the last one's failure */
};

enum { UP, DOWN }; /* towards the server, towards the client */

/* How many there were, since the start. */
struct proxy_counts {
	uint64_t sent, received, returned, discarded, bounced, abandoned,
	    passed, late, refused_clients, records_in, records_out;
};

struct proxy {
	struct proxy_options o;
	struct event_base *base;
	struct link_loop *loop;
	struct timer *tick, *reap, *relief, *hup, *term, *interrupt;
	struct listener **listener;
	size_t listeners;
	struct tls_context *tls, *server_tls, *pipeline_tls;
	struct pipeline *pipeline;
	struct notices *notices;
	struct component *component;
	struct status *status;
	struct session *sessions, *dead;
	struct map peers;
	size_t clients, logged_in;
	struct sm_store sms;
	struct item *oldest, *newest;	/* that have a deadline */
	struct item *unheard;		/* logouts that nobody judged yet */
	int64_t retry_at, retried;	/* what is stuck; 0: nothing is */
	int64_t retry_pause;
	struct item *requests, *last_request; /* <r/>s that wait */
	int64_t quickest; /* way through the pipeline, lately; 0: unknown */
	size_t held, held_bytes;	/* for a verdict */
	size_t stalled;			/* bytes that wait for peers */
	bool crowded, strained;		/* these were too much */
	bool blameless;			/* and no client can help it */
	bool draining, ended_once, pipeline_ended;
	int64_t rest_said, late_said, crowd_said, strain_said;
	int64_t drain_until;
	int64_t started;
	struct proxy_counts count;
	struct recorder recorder;

	/* Shared by all, of one stanza at a time. */
	struct xml *xml;
	struct xml_root root;
	struct stanza stanza;
	struct buf canon, out, line;
};

/* session.c: the life of a session. */
void session_new(struct proxy *, int fd, const struct listener *,
    const struct endpoint *peer);
/* Tell the client the stream error (RFC 6120 section 4.9.3) and end; what is
 * held is given up. reason is for the logout, a constant. */
void session_fail(struct session *, const char *condition, const char *text,
    const char *reason);
/* The same, but what it sent before is still decided, and goes on. */
void session_dismiss(struct session *, const char *condition,
    const char *text, const char *reason);
/* Both streams have ended, or will not go on. */
void session_end(struct session *);
/* End without a word: the client may come back (XEP-0198). */
void session_cut(struct session *, const char *reason);
/* Free all that are over, at the proxy's end also the others. */
void session_reap(struct proxy *);
/* The other connection of that leg's: to the server for the client's. */
void session_write(struct session *, int way, struct span bytes);
/* Read, or stop reading, as the amount of what waits says. */
void session_throttle(struct session *);
/* Make the server's leg; the header is written once it is there. */
void session_connect(struct session *);
/* Log the session in: its first record came back, or none is asked for. */
void session_logged_in(struct session *);
/* Nothing more is held in that direction, and its side has ended. */
void session_way_done(struct session *, int way);
/* After each run of a lane: whether that was all. */
void session_settled(struct session *);
/* Its time is over: to log in, or for the server to answer. */
void session_expired(void *session);
/* The client of a managed session has come back on another connection. */
void session_replaced(struct session *);

/* resume.c: a managed session that goes over to another connection. */
/* Have the server asked what it has of the session with that SM-ID, then send
 * it the <resume/> in header. */
void resume_begin(struct session *, struct sm *);
/* It was turned down, or gave up. */
void resume_failed(struct session *);
/* The client is gone: close the server's leg once it has all. */
void resume_settle(struct session *);
/* The server has h stanzas. */
void resume_acked(struct session *, uint32_t h);
/* The server will say no more, or the session is over. */
void resume_done(struct session *);

/* leg.c: bytes that came from a leg, and going on after blocked. */
void leg_data(struct session *, int way, const char *p, size_t n);
void leg_unblock(struct session *, int way);
/* Begin anew, as after STARTTLS. */
void leg_reset(struct session *, int way);
void leg_release(struct leg *);
/* Write what is queued, and end it in due form. */
void leg_close(struct leg *);

/* client.c and server.c: what it was. A header and an element are in
 * proxy.root, and the element in proxy.canon; where it was too large, over is
 * what is known of it, and the element only its start tag. */
void client_header(struct session *);
void client_element(struct session *, const struct oversize *over);
void client_footer(struct session *);
/* The connection ended. */
void client_gone(struct session *, const char *why);
/* features.c */
void server_features(struct session *);
/* Append the element, but for stream management inside of it. */
void features_without_sm(const struct stanza *, uint32_t node, struct buf *);
void server_header(struct session *);
void server_element(struct session *, const struct oversize *over);
void server_footer(struct session *);
void server_gone(struct session *, const char *why);

/* Hold the stanza in proxy.canon, or let it pass, as its event says. */
void session_stanza(struct session *, int way, const struct oversize *over);

/* login.c: a session's beginning and end as records. */
void login_hold(struct session *, struct span wire, const char *resumed);
void login_inline(struct session *);
void login_refused(struct session *, struct item *);
void login_out(struct session *);

#endif
