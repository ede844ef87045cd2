/* SPDX-License-Identifier: ISC */
/* One client's connection and its way to the server; what the live modules
 * share. proxy.h says how they hang together. session.c, stream.c, queue.c,
 * queue-emit.c, verdict.c, expire.c, overtake.c, login.c, managed.c,
 * managed-*.c and resume.c call each other all around: an answer ends a
 * session, and its end gives up what is held. The others are above them
 * (client.c, server.c, ...) or below (memory.c, ...). */
#ifndef LIVE_INTERNAL_H
#define LIVE_INTERNAL_H

#include "io/link.h"
#include "live/decided.h"
#include "live/proxy.h"
#include "live/queue.h"
#include "live/slots.h"
#include "live/sm.h"
#include "pipeline/pipeline.h"
#include "record/local.h"
#include "record/recorder.h"
#include "xml/jid.h"
#include "xml/scan.h"
#include "xml/stanza.h"
#include "xml/wire.h"
#include "xml/xml.h"

enum {
	SESSION_BACKLOG = 256 * 1024, /* unwritten bytes before the other stream
				       * is no longer read */
	SESSION_CLOSE = 5000,	      /* milliseconds for a link to close */
	REQUEST_WAIT = 1000,	      /* ms before an <r/> overtakes */
};

struct session;
struct web;

/* What a stream's own end makes of what comes from it. A header and an element
 * are in proxy.root, and the element in proxy.canon; where that is not to be
 * passed on, over is what is known of it, and the element only its start tag.
 */
struct stream_calls {
	void (*header)(struct session *);
	void (*element)(struct session *, struct oversize *over);
	void (*footer)(struct session *);
};

/* client.c and server.c */
extern const struct stream_calls client_calls, server_calls;

/* One of the two connections of a session. */
struct stream {
	const struct stream_calls *calls;
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

/* Stream management, as said: noted when it is read. */
enum session_managed {
	MANAGED_NONE,
	MANAGED_ASKED, /* the client's <enable/> has no answer yet */
	MANAGED_ON,    /* the server's <enabled/> or <resumed/> */
};

/* A client's <resume/>, until it has its answer. */
enum session_resuming {
	RESUMING_NOT,
	RESUMING_ALONE,
	RESUMING_INSIDE, /* of a login (XEP-0388), */
	RESUMING_UNTOLD, /* and the server was not told */
};

/* Whether the server's features have SASL2 (XEP-0388). */
enum session_sasl2 { SASL2_UNKNOWN, SASL2_NONE, SASL2_OFFERED };

struct session {
	struct proxy *proxy;
	struct session *next, *prev; /* of all */
	struct session *after;	     /* on their way to be freed */
	enum session_phase phase;
	struct web *web;	     /* NULL: it comes by TCP */
	struct stream stream[2];   /* UP: the client, whose bytes go up; DOWN */
	struct queue queue[2];
	struct timer *timer; /* for the login */
	/* Its own from the first <enable/> on or, resumed, from <resumed/>,
	 * until it is over and its queues are empty: then it is parked or
	 * freed. What waits in the queues may point into it that long. */
	struct sm *sm;
	enum session_managed managed;
	bool sm_up, sm_down; /* stanzas count, to the server, to the client:
			      * from where that was written */
	enum session_resuming resuming;
	struct buf resume_id; /* of this stream */
	bool enable_again;   /* a second <enable/> waits for the first's answer,
			      * and this is what it asks for */
	bool enable_resume;
	uint32_t enable_max;
	bool authenticated;
	enum session_sasl2 sasl2;
	bool sasl2_asked;    /* what the client said of that has no answer yet */
	bool enable_inline;  /* it was asked for in the <bind/> of a login */
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
	bool unknown;	     /* it is among those that have not logged in */
	struct session *sooner, *later; /* of these */
	struct buf jid;	     /* bound by the server */
	struct buf bind_id;  /* of the bind request under way */
	struct buf domain;   /* the client's to */
	struct buf agent;    /* elements: what it calls itself (XEP-0388) */
	struct buf header;   /* for the server, until it is connected, or was
			      * asked (resume.c) */
	struct buf server_name; /* that a TLS server's certificate is for */
	const char *reason;  /* of its end, for the logout */
	bool retired;	     /* by us: last is ours, and so is the reason */
	struct buf last;     /* the stream error that its client gets once all
			      * is settled, and no earlier, as many a client
			      * reads nothing behind it */
	size_t stalled;	     /* bytes that wait for its peers */
	int64_t stalled_since;
	size_t attempt;	     /* which of the server's addresses */
	struct slot_requests slots; /* that were not granted yet */
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
	struct tls_context *tls, *web_tls, *server_tls, *pipeline_tls;
	struct pipeline *pipeline;
	struct notices *notices;
	struct component *component;
	struct releases *releases; /* NULL: nothing is ever released */
	struct slots *slots; /* NULL: files go their own way */
	struct status *status;
	struct session *sessions, *dead;
	struct map peers;
	struct peer *peer; /* all of them */
	size_t clients, logged_in, unknown;
	struct sm_store sms;
	struct item *oldest, *newest;	/* that have a deadline */
	struct item *unheard;		/* logouts that nobody judged yet */
	int64_t retry_at, retried;	/* what is stuck; 0: nothing is */
	int64_t retry_pause;
	struct item *requests, *last_request; /* <r/>s that wait */
	int64_t quickest; /* way through the pipeline, lately; 0: unknown */
	size_t held, held_bytes;	/* for a verdict */
	struct item *large;		/* the large one in the pipeline, */
	struct queue *turn, *last_turn;	/* and these have one, too, */
	struct queue *served;		/* this one now, */
	struct timer *turns;		/* which they get in time */
	int64_t large_at, large_until, small_at; /* timer_now */
	size_t stalled;			/* bytes that wait for peers */
	bool crowded, strained;		/* these were too much */
	bool blameless;			/* and no client can help it */
	bool draining, ended_once, pipeline_ended, left;
	bool working; /* the pipeline has answered since it is up */
	int64_t rest_said, late_said, crowd_said, strain_said;
	int64_t drain_until, leave_at;
	int64_t started;
	struct proxy_counts count;
	struct decided decided;
	struct recorder recorder;

	/* Shared by all, of one stanza at a time. */
	struct xml *xml;
	struct xml_root root;
	struct stanza stanza;
	struct buf canon, out, line;
};

/* client-link.c: a connection came. */
void session_new(struct proxy *, int fd, const struct listener *,
    const struct endpoint *peer);
/* Free all that are over, at the proxy's end also the others. */
void session_reap(struct proxy *);
/* A stream begins: plain, just secured, or in a WebSocket. */
void client_begin(struct session *);
/* Count its connection, or refuse it, which is false. */
bool client_admit(struct session *, const struct endpoint *peer);
/* Whether a peer is believed who its client is. */
bool client_expects_proxy(const struct proxy *, const struct endpoint *peer);

/* session.c: the life of a session. */
/* Tell the client the stream error (RFC 6120 section 4.9.3) and end; what is
 * held is given up. reason is for the logout, a constant. */
void session_fail(struct session *, const char *condition, const char *text,
    const char *reason);
/* The same, but what it sent before is still decided, and goes on; and first
 * comes what its server still sends until it ends its stream. That not where
 * stream management is on (XEP-0198): there the server keeps it. */
void session_retire(struct session *, const char *condition,
    const char *text, const char *reason);
/* Why it ends, for the logout, where it was not known before. */
void session_because(struct session *, const char *reason);
/* Both streams have ended, or will not go on: the client's end is written. */
void session_end(struct session *);
/* End without a word: the client may come back (XEP-0198). */
void session_cut(struct session *, const char *reason);
/* A connection ended. */
void session_client_gone(struct session *, const char *why);
void session_server_gone(struct session *, const char *why);
/* Nothing more is held in that direction, and its side has ended. */
void session_way_done(struct session *, int way);
/* After each run of a queue: whether that was all. */
void session_settled(struct session *);
/* Its time is over: to log in, or for the server to answer. */
void session_expired(void *session);
/* The client of a managed session has come back on another connection. */
void session_replaced(struct session *);

/* memory.c: write to the other stream, where what comes from that one goes. */
void session_write(struct session *, int way, struct span bytes);
/* Read, or stop reading, as the amount of what waits says. */
void session_throttle(struct session *);
/* What a link tells of its output: it is all gone, or it stands still. */
void stream_drained(struct link *, void *session);
void stream_stuck(struct link *, void *session);
/* Write what is queued, and end it in due form. */
void stream_close(struct stream *);

/* server-link.c: make the server's stream; the header is written once it is
 * there. */
void session_connect(struct session *);

/* resume.c: a managed session that goes over to another connection. */
/* Have the server asked what it has of the session with that SM-ID, then send
 * it what is in header, by which that is resumed. */
void resume_begin(struct session *, struct sm *);
/* It was turned down, or gave up. */
void resume_failed(struct session *);
/* The client is gone: close the server's stream once it has all. */
void resume_settle(struct session *);
/* The server has h stanzas. */
void resume_acked(struct session *, uint32_t h);
/* The server will say no more, or the session is over. */
void resume_done(struct session *);

/* stream.c: bytes that came from a stream, and going on after blocked. */
void stream_data(struct session *, int way, const char *p, size_t n);
void stream_unblock(struct session *, int way);
/* It sent what is not to be passed on. */
void stream_fault(struct session *, int way, const char *why);
/* Begin anew, as after STARTTLS. */
void stream_reset(struct session *, int way);
void stream_release(struct stream *);

/* features.c */
void server_features(struct session *);
/* Append the element, but for stream management that has no place in it, and
 * what is bound to the channel. */
void features_fit(const struct stanza *, uint32_t node, struct buf *);

/* Hold the stanza in proxy.canon, or let it pass, as its event says. */
void session_stanza(struct session *, int way, struct oversize *over);

/* managed.c: an element of stream management (XEP-0198), in proxy.canon. */
void managed_client(struct session *);
void managed_server(struct session *);
/* The error of a swap was written: what the server has acknowledged may be
 * true now. */
void managed_told(struct session *);
/* The turn of one that was written early has come. */
void managed_placed(struct session *);

/* What is out of place: the client is told, and its stream lives; the server
 * answers what nobody asked, and the session is over. */
void managed_unexpected(struct session *);
void managed_nonsense(struct session *);
/* The client is told <failed/> with that condition (XEP-0198 section 3). */
void managed_turn_down(struct session *, const char *condition);

/* managed-resume.c: <resume/> and <resumed/>, in proxy.canon. */
void managed_resume(struct session *);
void managed_resumed(struct session *);
/* It was answered, or nobody will. */
void managed_resume_over(struct session *);
/* A client's <authenticate/>, as proxy.stanza has it: whether there is a
 * <resume/> in it. line is what of it goes to the server, to which that is
 * added, unless its session is not known here. */
void managed_resume_inside(struct session *, struct buf *line);
/* What a client says to log in, in proxy.canon, goes to the server: if it may
 * resume a session, once the server has what is on its way of that. */
void managed_resume_pass(struct session *);
/* The server's <success/> has a <resumed/>, a node of proxy.stanza. */
void managed_resumed_inside(struct session *, uint32_t node);

/* managed-enable.c: <enable/>, <enabled/>, and, once the first one has its
 * answer, a second <enable/>. */
void managed_enable(struct session *);
void managed_enabled(struct session *);
void managed_again(struct session *);
/* The server's <enabled/>, a node of the tree of proxy.canon, in its <bound/>:
 * from there on all counts. What is in proxy.canon becomes what is passed on. */
void managed_inline(struct session *, uint32_t node);

/* login.c: a session's beginning and end as records. */
/* Log the session in: its first record came back, or none is asked for. */
void session_logged_in(struct session *);
void login_hold(struct session *, struct span wire, const char *resumed);
/* The server's <success/> of SASL2, in proxy.canon: whether it logs in with
 * what is inside, by binding (XEP-0388, XEP-0386), and is done with. */
bool login_inline(struct session *);
void login_refused(struct session *, struct item *);
void login_out(struct session *);

#endif
