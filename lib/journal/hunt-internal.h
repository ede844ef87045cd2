/* SPDX-License-Identifier: ISC */
/* What the parts of a search by threads share; used by hunt*.c alone. */
#ifndef JOURNAL_HUNT_INTERNAL_H
#define JOURNAL_HUNT_INTERNAL_H

#include <stdatomic.h>

#include "base/buf.h"
#include "journal/frames.h"
#include "journal/hunt.h"
#include "journal/index.h"
#include "journal/segment.h"
#include "journal/source.h"
#include "journal/stretch.h"

/* A segment's file; users are counted by the searching thread alone. */
struct hunted {
	int fd;
	unsigned users;
	uint64_t number; /* no other one has it, ever */
	uint64_t first;	 /* its name's SEQ */
	char name[JOURNAL_NAME];
};

struct sift_hit {
	enum hunt_item kind;
	size_t at, len; /* in lines */
	uint64_t line;	/* of the frame, from 1 */
	const char *why;
};

/* Bytes of a frame's lines, and how many lines are before them. */
struct sift_part {
	size_t from, to;
	uint64_t line;
	bool proper; /* an index knows that none of these is to be reported */
};

enum sift_state {
	SIFT_WAITING,
	SIFT_DONE,
	SIFT_ENDED, /* done; unwritten space is behind */
	SIFT_ODD,   /* to be read line by line: what was found does not count */
};

/* A frame to be searched by some thread. */
struct sift {
	struct sift *next; /* in the crew's queue, or the journal's */
	struct sift *later; /* of the same journal */
	struct hunted *file;
	struct frame frame;
	uint64_t line;	/* lines before it, where counted is set */
	bool counted;
	struct sift_part *part;
	size_t parts; /* 0: all of it */
	/* What comes of it. state is the crew's to guard. */
	enum sift_state state;
	struct buf lines;
	struct sift_hit *hit;
	size_t hits, cap;
	uint64_t seen; /* lines */
	size_t end;    /* bytes of the lines, where it ended sooner */
};

void sift_free(struct sift *);

/* What a thread keeps from one frame to the next. Zeroed but for search, it is
 * a valid empty one. */
struct sifter {
	struct search *search;
	uint64_t open; /* number of the file that in is of; 0: none */
	struct stretches in;
	struct buf lines;
};

/* Search a frame; returns its state. */
enum sift_state sift_run(struct sifter *, struct sift *);
void sifter_release(struct sifter *);

/* hunt-crew.c: the threads. */
struct crew;

/* Threads, each with a copy of the search. */
struct crew *crew_new(const struct search *);
void crew_free(struct crew *); /* nothing is in its queue any more */
size_t crew_size(const struct crew *);

void crew_give(struct crew *, struct sift *);

/* Wait a while for it to be done. False if it is not. */
bool crew_wait(struct crew *, struct sift *);

/* Have it not done, or done with. */
void crew_cancel(struct crew *, struct sift *);

/* hunt-plan.c: what is to be searched of a journal's directory, in order. */
struct plan {
	const struct search *search;
	int dir;
	struct segment_list list;
	size_t at; /* the segment in list */
	struct hunted *file; /* NULL: not opened yet */
	uint64_t number;     /* of the one opened last */
	uint64_t *numbers;   /* the last there is */
	struct index *index; /* NULL: it has none */
	unsigned char *slices;
	size_t frame; /* the next of the index */
	struct stretches in;
	uint64_t skipped; /* bytes that need not be read, to be taken off */
	bool odd; /* the rest is for reading line by line, from here on: */
	uint64_t first;
	off_t place;
};

/* False with errno. */
bool plan_begin(struct plan *, const struct search *, int dir,
    uint64_t *numbers);
void plan_end(struct plan *);

/* The next frame; NULL: what is left is for reading line by line. */
struct sift *plan_next(struct plan *);

void hunted_leave(struct hunted *);

/* One of what is searched. */
struct trail {
	struct source source; /* for reading line by line */
	bool reading;
	const char *path;
	int dir; /* -1: it is no journal's directory */
	struct plan plan;
	struct sift *first, **last; /* those given to the crew, in order */
	size_t given;
	bool arrived; /* the first is done */
	size_t hit;   /* the next of its hits */
	uint64_t file;	/* number of the one that its frames were last of */
	uint64_t ended; /* of one of which nothing is read any more */
	off_t ended_at;
	uint64_t lines; /* of it before the first; JOURNAL_LINES_UNKNOWN */
	/* What it has next. */
	bool ready, over;
	enum hunt_item item;
	struct hunt_found found;
	uint64_t line; /* of a hit, in its file */
};

struct hunt {
	struct search *search;
	struct crew *crew; /* NULL: not needed yet */
	struct trail **trail;
	size_t trails;
	struct trail *taken; /* which the last item was of */
	uint64_t files;
	struct buf where;
	uint64_t done, all;
	bool endless;
};

/* hunt-trail.c: the next item of one; found and line are set for it. */
enum hunt_item trail_next(struct hunt *, struct trail *);

/* Forget the first of what the crew was given. */
void trail_drop(struct hunt *, struct trail *);

#endif
