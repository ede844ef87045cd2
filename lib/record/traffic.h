/* SPDX-License-Identifier: ISC */
/* What the elements of an XMPP stream mean to a node: which of them are
 * events, in which direction they go, and for whom. */
#ifndef RECORD_TRAFFIC_H
#define RECORD_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "record/local.h"
#include "xml/root.h"
#include "xml/stanza.h"

enum traffic_events {
	TRAFFIC_MESSAGE = 1 << 0,
	TRAFFIC_MUC = 1 << 1, /* joining and leaving rooms (XEP-0045) */
	TRAFFIC_LOGIN = 1 << 2,
	TRAFFIC_LOGOUT = 1 << 3,
	TRAFFIC_PRESENCE = 1 << 4,
	TRAFFIC_IQ = 1 << 5,
	TRAFFIC_WORDS = 1 << 6, /* presence and iq with content (content.h) */
	TRAFFIC_CONTENT = TRAFFIC_MESSAGE | TRAFFIC_MUC | TRAFFIC_LOGIN |
	    TRAFFIC_LOGOUT | TRAFFIC_WORDS,
	TRAFFIC_DEFAULT = TRAFFIC_CONTENT,
	TRAFFIC_ALL = TRAFFIC_CONTENT | TRAFFIC_PRESENCE | TRAFFIC_IQ,
};

/* Read a list of event names with commas between; "content" and "all"
 * are such too. Returns
 * the events, or 0 with the word that is none in *unknown. */
unsigned traffic_events(const char *list, struct span *unknown);

/* Which side's headers a stream had (RFC 6120 section 4.7). */
enum traffic_side { TRAFFIC_HEADERLESS, TRAFFIC_INITIATOR, TRAFFIC_RESPONDER,
	TRAFFIC_BOTH };

/* Which way the mark of a log says a stanza went, seen from the account. */
enum traffic_way { TRAFFIC_UNMARKED, TRAFFIC_SENT, TRAFFIC_RECEIVED };

enum traffic_kind { TRAFFIC_KIND_NONE, TRAFFIC_KIND_MESSAGE,
	TRAFFIC_KIND_PRESENCE, TRAFFIC_KIND_IQ };

enum {
	TRAFFIC_ROOMS = 1024, /* rooms that are remembered in a stream */
	TRAFFIC_ASKED = 256,  /* and iqs of each way that want an answer */
};

struct traffic {
	const struct local *local;
	unsigned events;   /* that are asked for */
	enum traffic_side side;
	bool server;	   /* between servers, or a component's */
	bool logged_in;
	bool by_asking;	   /* only that it asked to be bound is known */
	bool mixed;	   /* it was bound twice: several sessions in one */
	enum traffic_way way; /* set it before each element */
	bool way_unsure;   /* whether client or server wrote the log */
	bool way_turned;   /* and then it turned out that way was the other */
	struct buf own;	   /* the JID that was bound; empty: not known */
	struct buf own_whole; /* the same, prepared */
	uint64_t *asked;   /* hashes of ids received, and of those sent */
	unsigned asked_at[2];
	uint64_t *room;	   /* hashes of the rooms joined */
	size_t rooms;
	struct buf jid, text; /* for preparing */
	struct stanza stanza;
};

enum traffic_meaning {
	TRAFFIC_NOTHING, /* no event, or none that is asked for */
	TRAFFIC_SEND,
	TRAFFIC_RECV,
	TRAFFIC_SESSION, /* a login, of own */
	TRAFFIC_FOREIGN, /* a stanza that is not this node's */
	TRAFFIC_UNTOLD,	 /* one that may have gone either way */
};

/* A new stream, of no header yet. What is local must stay. */
void traffic_init(struct traffic *, const struct local *, unsigned events);
void traffic_release(struct traffic *);

/* Set whose stream it is, a JID or nobody's; false, and nobody's, if it is
 * none. */
bool traffic_own(struct traffic *, struct span jid);

/* Which side's header it is. */
enum traffic_side traffic_side_of(const struct xml_root *header);

/* The stream's header was read; content is its default namespace. One of the
 * other side adds to the stream that there is, else a new one begins. */
void traffic_open(struct traffic *, const struct xml_root *header,
    struct span content);

/* What an element means. whole: false if only its start tag is there. If
 * from->p is then not NULL, the element has no from, and it is what that must
 * be. */
enum traffic_meaning traffic_element(struct traffic *,
    const struct xml_root *, struct span canonical, bool whole,
    struct span *from);

/* The stream ends: whether that is a logout, of own. */
bool traffic_close(struct traffic *);

#endif
