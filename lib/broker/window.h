/* SPDX-License-Identifier: ISC */
/* What was read and has not been passed on: records that await an answer, and
 * the lines between them. They leave in the order they came in for each
 * session, and a line that begins with '#' after all that came before it. */
#ifndef BROKER_WINDOW_H
#define BROKER_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/uuid.h"
#include "record/record.h"

struct judge;
struct turn;

enum inquiry_kind { INQUIRY_RECORD, INQUIRY_PING, INQUIRY_COMMENT };

enum { INQUIRY_TOKEN = 16 };

struct inquiry {
	enum inquiry_kind kind;
	struct record record; /* as it was read; its spans are of text */
	char token[INQUIRY_TOKEN]; /* of a ping */
	struct map_node node; /* by id or token */
	struct inquiry *prev, *next; /* in the window */
	struct inquiry *behind; /* in its session */
	struct turn *turn;
	bool answered;
	struct buf answer; /* with its LF; empty: as it was */
	bool dropped;	/* it leaves, and nothing is given away */

	/* Whose it is: the judge that was, or will be, asked. */
	struct inquiry *before, *after;
	struct judge *judge;
	bool asked;
	uint64_t number; /* of the asking, per judge */
	int64_t asked_at; /* timer_now */
	unsigned refused; /* so many times no fit answer came */
	unsigned blamed; /* so many connections broke while it was asked */
	uint64_t tried; /* judges that gave no fit answer, a bit for each */
	void *request; /* the kind of judge's own, as is what follows */
	unsigned resets;

	size_t len;
	char text[]; /* the line with its LF */
};

/* Give a line away; valid during the call. */
typedef void window_emit(void *arg, struct span line);

struct window {
	struct inquiry *first, *last;
	size_t count, bytes;
	struct map inquiries, turns, past;
	struct bygone *bygone; /* a ring of the last ids */
	size_t bygones;
	window_emit *emit;
	void *arg;
};

void window_init(struct window *, window_emit *, void *arg);
void window_release(struct window *);

/* Put a copy of a line in; r: the record that the line is, else NULL. Returns
 * NULL if a record with another stanza has its id already. */
struct inquiry *window_put(struct window *, enum inquiry_kind,
    struct span line, const struct record *r);

/* The one that is not answered, by id or token. */
struct inquiry *window_find(const struct window *, struct span key);

/* Whether the id was answered lately, and by whom. */
bool window_knows(const struct window *, struct span id,
    const struct judge **by);

/* It is answered, with that line, LF included (n 0: as it was). It leaves,
 * and is freed, as soon as its turn comes. */
void window_answer(struct window *, struct inquiry *, struct span line);

#endif
