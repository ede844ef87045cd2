/* SPDX-License-Identifier: ISC */
/* What is to become of a journal. */
#ifndef PRUNE_PLAN_H
#define PRUNE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* A line that is to be erased. */
struct cut_line {
	uint64_t seq;
	char *by, *why;
};

/* What becomes of one segment: its beginning is pruned, or all of it, and of
 * the rest single lines are erased. */
struct cut {
	uint64_t first; /* SEQ of the segment */
	bool open;	/* it is the last one, which is written to */
	uint64_t to;	/* the last line that is pruned; 0: none is */
	bool whole;	/* it is the segment's last one */
	char *by, *why; /* of that */
	struct cut_line *line;
	size_t lines, room;
	/* As far as a survey has seen it: */
	uint64_t records; /* in what is pruned */
	uint64_t bytes;
};

/* A record that was asked for and cannot be erased. */
struct refusal {
	uint64_t seq;
	char *id, *why; /* "is held by case-17" */
};

/* A zeroed struct is a valid empty one. */
struct plan {
	struct cut *cut;
	size_t count;
	char **torn; /* files that hold what was asked to be erased */
	size_t torns;
	char **file; /* of uploads that are to be erased: they stay */
	size_t files;
	struct refusal *refusal;
	size_t refusals;
	uint64_t found;	     /* records that were asked to be erased */
	uint64_t records;    /* that were looked at */
	uint64_t held;	     /* of them */
	uint64_t beside;     /* records that stay only because they share a
			      * segment of version 1 with others */
	uint64_t unreadable; /* lines that are no record, and so stay */
	uint64_t last;	     /* SEQ of the last line */
};

/* The cut of a segment, made if it is not there; borrowed until the next is
 * made. */
struct cut *plan_cut(struct plan *, uint64_t first);

/* The words are copied. */
void cut_prune(struct cut *, uint64_t to, const char *by, const char *why);
void cut_erase(struct cut *, uint64_t seq, const char *by, const char *why);

/* The line of that SEQ among those that are to be erased, which are in
 * ascending order; NULL: it is none. */
const struct cut_line *cut_find(const struct cut *, uint64_t seq);

/* In ascending order, and each once. */
void cut_sort(struct cut *);

void plan_torn(struct plan *, const char *name);
void plan_file(struct plan *, const char *path);
void plan_refuse(struct plan *, uint64_t seq, const char *id, size_t id_len,
    const char *why);

/* Whether there is nothing to do. */
bool plan_empty(const struct plan *);
void plan_release(struct plan *);

#endif
