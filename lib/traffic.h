/* SPDX-License-Identifier: ISC */
/* What the elements of an XMPP stream mean to a node: which of them are
 * events, in which direction they go, and for whom. */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "home.h"
#include "span.h"
#include "stanza.h"
#include "xmlroot.h"

enum traffic_events {
	TRAFFIC_MESSAGE = 1 << 0,
	TRAFFIC_MUC = 1 << 1, /* joining and leaving rooms (XEP-0045) */
	TRAFFIC_LOGIN = 1 << 2,
	TRAFFIC_LOGOUT = 1 << 3,
	TRAFFIC_PRESENCE = 1 << 4,
	TRAFFIC_IQ = 1 << 5,
	TRAFFIC_DEFAULT = TRAFFIC_MESSAGE | TRAFFIC_MUC | TRAFFIC_LOGIN |
	    TRAFFIC_LOGOUT,
	TRAFFIC_ALL = TRAFFIC_DEFAULT | TRAFFIC_PRESENCE | TRAFFIC_IQ,
};

/* Read a list of event names with commas between; "all" is one too. Returns
 * the events, or 0 with the word that is none in *unknown. */
unsigned traffic_events(const char *list, struct span *unknown);

/* Which side's elements a stream carries (RFC 6120 section 4.7). */
enum traffic_side { TRAFFIC_HEADERLESS, TRAFFIC_INITIATOR, TRAFFIC_RESPONDER };

enum { TRAFFIC_ROOMS = 1024 }; /* rooms that are remembered in a stream */

struct traffic {
	const struct home *home;
	unsigned events;   /* that are asked for */
	enum traffic_side side;
	bool server;	   /* between servers, or a component's */
	bool logged_in;
	struct buf own;	   /* the JID that was bound; empty: not known */
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
};

/* A new stream, of no header yet. The home must stay. */
void traffic_init(struct traffic *, const struct home *, unsigned events);
void traffic_release(struct traffic *);

/* The stream's header was read; content is its default namespace. */
void traffic_open(struct traffic *, const struct xml_root *header,
    struct span content);

/* What an element means. whole: false if only its start tag is there. If
 * from->p is then not NULL, it is what the element must be stamped with. */
enum traffic_meaning traffic_element(struct traffic *,
    const struct xml_root *, struct span canonical, bool whole,
    struct span *from);

/* The stream ends: whether that is a logout, of own. */
bool traffic_close(struct traffic *);

#endif
