/* SPDX-License-Identifier: ISC */
/* What is held in a journal, and what was settled of it: the two journals read
 * into one state. */
#ifndef REVIEW_HOLDS_H
#define REVIEW_HOLDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/uuid.h"
#include "record/record.h"
#include "record/review.h"
#include "record/terms.h"
#include "xml/stanza.h"

/* A record that is held, or was. */
struct hold {
	struct map_node node;	  /* by its id */
	struct hold *next, *prev; /* of those that are open, oldest first */
	struct hold *after;	  /* of all that were held, in their order */
	char id[UUID_LEN];
	bool held;	 /* it was seen in the journal */
	struct buf line; /* without its LF; empty once settled, unless kept */
	struct record record; /* of the line */
	int64_t time;
	struct terms terms;
	struct voice *voice;	 /* releases that were not enough */
	size_t voices;
	char *to;		 /* whom it is escalated to; NULL: nobody */
	struct settled *settled; /* NULL: not yet */
	struct buf reviews; /* all that was said of it, as lines; empty once
			     * settled, unless kept */
};

struct voice {
	char *by;
	int64_t time;
};

/* The review that settled it, and what became of that. */
struct settled {
	struct map_node node;	     /* by the review's id */
	struct settled *next, *prev; /* of those that are not done, in order */
	struct settled *after;	     /* of all, in order */
	struct hold *hold;
	char id[UUID_LEN];
	enum review_verdict verdict; /* release, refuse or expired */
	int64_t time;
	char *by, *why;	 /* NULL: there is none */
	char *node_name; /* of the record */
	struct buf line; /* with its LF, until it is done */
	bool done;
	unsigned again; /* how often it was to be handed out once more */
	char *try;	/* by which it came to its recipient; NULL: not seen */
	struct buf arrived; /* the record that says so, with its LF */
	struct buf printed; /* the record by which it was let out, likewise,
			     * where no node does that */
	bool due;	    /* to be handed out, */
	bool handed;	    /* out, and */
	const void *with;   /* whom it is with; NULL: nobody that is there */
};

/* A zeroed struct is a valid empty one; set node and keep before the first
 * record. */
struct holds {
	const char *node_name; /* only of this node; NULL: of any */
	bool keep;	       /* lines and reviews of what is settled, too */
	struct map by_id, by_review;
	struct map ahead; /* released records whose review did not come yet */
	struct hold *first, *last; /* open */
	size_t open;
	struct hold *all, *all_last;
	struct settled *undone, *undone_last;
	struct settled *settled, *settled_last; /* all */
	struct stanza stanza; /* scratch */
	struct buf chars;
};

void holds_release(struct holds *);

/* Take the next record of the journal; line is what it was taken from. Returns
 * what is held and open by it; else NULL. */
struct hold *holds_take(struct holds *, const struct record *,
    struct span line);

/* Take the next record of the review journal, whose line, with its LF, is kept
 * as long as it may be handed out. Returns what it settles; else NULL. Of what
 * is no review only a record that was released is kept, which may come before
 * the review that released it, and means nothing until that does. */
struct settled *holds_review(struct holds *, const struct record *,
    struct span line);

/* The held record of that id, or NULL if there is none. */
struct hold *holds_find(const struct holds *, struct span id);

/* When it expires, in microseconds since 1970; 0: never. */
int64_t hold_expiry(const struct hold *);

/* What the review of that id settled; NULL: nothing. */
struct settled *holds_settled(const struct holds *, struct span id);

/* Append who settled it, how and when: "was released by anna at TIME: why". */
void settled_tell(struct buf *, const struct settled *);

#endif
