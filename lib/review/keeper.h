/* SPDX-License-Identifier: ISC */
/* The keeper of a node's reviews: the one who writes its review journal. It
 * follows the journal in which records are held, has people settle them over a
 * socket, settles itself what expires, and hands what is settled to the node,
 * until that says what came of it. */
/* lib/review is what becomes of a record that is held. In goes a journal in
 * which records are held, and what people say of them; out come reviews,
 * records too, of which the node lets out what was released.
 *
 * holds.h is the state: what is held, and what was settled of it. rules.h says
 * who may do what (reviewers.h), ledger.h is the review journal, follow.h reads
 * the other one. keeper.h is the daemon over these, stage.h its hand in a
 * pipeline, ask.h how others speak to it; offline.h does the same with plain
 * files, released.h is what goes out by it. For people: desk.h is all they have
 * before them: list.h what is held, context.h the conversation around it (talk.h
 * says what that is), walk.h goes through it one by one: show.h says what they
 * see, terminal.h reads their keys. */
#ifndef REVIEW_KEEPER_H
#define REVIEW_KEEPER_H

#include <stdbool.h>

#include "base/digest.h"
#include "io/address.h"
#include "journal/error.h"
#include "review/reviewers.h"

/* All stays the caller's. */
struct keeper_config {
	const char *journal;	 /* in which records are held */
	const char *to;		 /* the review journal */
	struct address *address; /* unix:, to listen on */
	const struct reviewers *reviewers;
	const char *node_name;	/* only this node's records; NULL: all */
	const char *command;	/* run by a shell for each that is held; NULL:
				 * none */
	struct digest *proof;
	/* Say something in one line, as printf. */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
};

enum keeper_fault {
	KEEPER_FINE,
	KEEPER_LEDGER,	/* the review journal: error says what */
	KEEPER_JOURNAL, /* the other one cannot be read: text and error */
	KEEPER_LISTEN,	/* it cannot listen: text */
};

struct keeper_end {
	enum keeper_fault fault;
	struct journal_error error; /* with text and errno for the others, too */
	int signal;		    /* that ended it; 0: none */
};

/* Keep it until SIGTERM, SIGINT or SIGHUP, or a fault. The process must ignore
 * SIGPIPE. */
struct keeper_end keeper_run(const struct keeper_config *);

#endif
