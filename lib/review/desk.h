/* SPDX-License-Identifier: ISC */
/* A reviewer's desk: what is held, wherever that is known, and having it
 * settled, by a keeper or in a review journal of one's own. */
#ifndef REVIEW_DESK_H
#define REVIEW_DESK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "journal/error.h"
#include "review/ask.h"
#include "review/holds.h"
#include "review/reviewers.h"
#include "review/walk.h"

/* All stays the caller's. */
struct desk_config {
	const char *keeper; /* its address; NULL: none */
	char *const *journals; /* what is held; none: the keeper is asked */
	size_t count;
	const char *to; /* the review journal; NULL: beside each journal */
	bool settles;	/* not only looks: where there is no keeper, to is
			 * written */
	/* For that: */
	const struct reviewers *reviewers;
	const char *node_name; /* NULL: all */
	struct digest *proof;
	/* What is listed: */
	size_t context; /* messages around each; 0: none */
	bool settled, reviews;
	/* The policy that is in force; tag NULL: it is not known. */
	const char *tag;
	bool tells; /* the list tells of which it is another */
	bool (*has_rule)(void *arg, struct span rule);
	void *arg;
};

enum desk_fault {
	DESK_FINE,
	DESK_BROKEN, /* lines of a journal were passed over */
	DESK_UNREAD, /* a journal cannot be read */
	DESK_AWAY,   /* the keeper does not answer, */
	DESK_DENIED, /* or does not answer this user */
	DESK_LEDGER, /* the review journal: error says what */
};

struct desk {
	struct desk_config config;
	struct holds holds;
	struct ask ask;
	struct offline *offline;
	struct journal_error error;
	struct buf why; /* of the last fault but DESK_LEDGER */
};

/* Open it, and read what is held, unless it is a keeper who settles and nobody
 * looks. Released with desk_close whatever comes of it. */
enum desk_fault desk_open(struct desk *, const struct desk_config *,
    bool looks);

/* Append, as lines, what is to be listed. Returns how many records are held, or
 * were settled; *fault is what kept from reading the context. */
size_t desk_list(struct desk *, struct buf *out, enum desk_fault *fault);

/* How many of them were held by another policy. */
size_t desk_outdated(const struct desk *);

/* Settle. What is released where there is no keeper is appended to out, and
 * desk_printed says that it has gone out. Of ASK_FAILED, answer says why, or it
 * is empty and the fault is DESK_LEDGER. */
enum ask_answer desk_settle(struct desk *, const struct review *,
    struct buf *out, struct buf *answer);
void desk_printed(struct desk *);

/* Go through what is held with a person at in and out. */
struct walk_result desk_walk(struct desk *, int in, int out, bool colour,
    struct buf *released, enum desk_fault *fault);

/* DESK_LEDGER or DESK_FINE. */
enum desk_fault desk_close(struct desk *);

#endif
