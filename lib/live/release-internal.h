/* SPDX-License-Identifier: ISC */
/* What the files of releases share. */
#ifndef LIVE_RELEASE_INTERNAL_H
#define LIVE_RELEASE_INTERNAL_H

#include "base/digest.h"
#include "base/map.h"
#include "base/uuid.h"
#include "live/internal.h"
#include "live/mark.h"
#include "record/review.h"

enum {
	RELEASES_ASKED = 16, /* records in the pipeline at a time */
	RELEASES_SENT = 64,  /* that the server has not answered for */
	RELEASE_ROOM = 5000, /* ms until a room would have turned it down, */
	RELEASE_USER = 500,  /* or a server, whose word overtakes that */
	RELEASE_LOSSES = 5,  /* connections that ended over it */
	RELEASES_SEEN = 100000, /* that have arrived, and are remembered */
};

enum release_step {
	RELEASE_NEW,
	RELEASE_ASKED,	/* its record is in the pipeline */
	RELEASE_DUE,	/* it is to be sent */
	RELEASE_SENT,	/* the server has not said that it has it */
	RELEASE_THERE, /* it has, but it may still be turned down */
	RELEASE_TELLS,	/* its sender is to be told of the outcome */
	RELEASE_TOLD,	/* the server has not said that it has that */
	RELEASE_DONE,	/* the outcome is being journaled */
};

enum release_outcome { OUTCOME_SENT, OUTCOME_REFUSED, OUTCOME_DOUBTFUL,
	OUTCOME_TOLD };

/* What one review settled. */
struct release {
	struct item i; /* its record in the pipeline, at last what came of it;
			* first, so that both are one */
	struct map_node node; /* by id */
	struct release *next, *prev;
	struct releases *all;
	char id[UUID_LEN]; /* of the review */
	bool stray; /* it came by the pipeline, and that is its way back */
	bool old;   /* it may have been in an earlier process's hands */
	enum release_step step;
	enum review_verdict verdict;
	enum event event; /* as which it was held */
	struct buf stanza; /* that was held, canonical; as the pipeline
			    * changed it */
	struct buf from, to, ident; /* of that, characters; an account that
				     * writes to nobody writes to itself */
	bool message, groupchat; /* else it cannot be sent; to a room */
	struct buf by, rules, time; /* of the review */
	int64_t when; /* it was settled, in microseconds */
	char try[MARK_TRY], ping[MARK_TRY]; /* tokens of the last ones */
	uint64_t link; /* of the component, by which it was sent */
	unsigned losses; /* of those, before the server said that it has it */
	int64_t until; /* of RELEASE_THERE */
	enum release_outcome outcome;
	struct buf why; /* of that, for people */
	bool unreported; /* that outcome could not be journaled */
	bool untold; /* its sender is not to be told, or was otherwise */
};

/* What has arrived. */
struct seen {
	struct map_node node;
	struct seen *next;
	char id[UUID_LEN], try[MARK_TRY];
};

struct releases {
	struct proxy *proxy;
	struct digest *key, *plain;
	struct pipeline *keeper; /* NULL: what is settled comes by the
				  * pipeline */
	struct buf greeting;	 /* of the keeper */
	bool known; /* what arrived before this process began */
	bool ended; /* the keeper */
	bool going; /* releases_go is under way */
	struct map map;
	struct release *first, *last;
	size_t count, asked, sent;
	struct map seen;
	struct seen *oldest, *newest;
	struct stanza x;
	struct buf chars, out, reason, scratch;
	struct buf ruling; /* the reason that release_look gives */
};

/* release.c */
struct release *releases_find(const struct releases *, struct span id);
void release_free(struct release *);

/* release-steps.c */
void release_step(struct release *, enum release_step);
/* The outcome is known; why, for people, may be empty, or the release's. */
void release_settle(struct release *, enum release_outcome, struct span why);
/* The session of that full JID, or NULL. */
struct session *releases_session(const struct releases *, struct span jid);

/* release-send.c */
/* Ask the pipeline whether it may be sent today. */
void release_ask(struct release *);
/* Send it. False if nothing can be sent now. */
bool release_send(struct release *);
/* Whether a JID's domain is one of the node's, or below one. */
bool releases_here(struct releases *, struct span jid);
/* The domain of this node that it was held for. */
struct span release_home(const struct release *);
/* Have the server say when it has what was sent. */
void release_ping(struct release *);

/* release-tell.c */
/* Whether there is somebody to tell of the outcome, and how. */
bool release_tellable(struct release *);
/* Tell. False if nothing can be sent now. */
bool release_tell(struct release *);

/* release-done.c */
/* Report the outcome; that it has arrived. */
void release_done(struct release *);
void releases_report(struct releases *, struct span id, struct span try);

/* release-arrive.c */
/* The try of that review that has arrived; .p NULL: none has. */
struct span releases_try(const struct releases *, struct span id);
/* A try has arrived: whether it is the first that did. */
bool releases_note(struct releases *, struct span id, struct span try);
/* It is known now what arrived before: go on with what waited for that. */
void releases_go_on(struct releases *);

#endif
