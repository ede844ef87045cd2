/* SPDX-License-Identifier: ISC */
/* What the segments of a journal are made of: their names, their lines and
 * the chain over these, as cup-journal(5) says. */
#ifndef JOURNAL_SEGMENT_H
#define JOURNAL_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/span.h"
#include "record/record.h"

enum {
	JOURNAL_SEQ_DIGITS = 19, /* of a SEQ, at most */
	JOURNAL_NAME = 29,	 /* bytes of a segment's name, with its NUL */
	/* of a line: SEQ TAB CHAIN TAB text, without its LF */
	JOURNAL_LINE_MAX = JOURNAL_SEQ_DIGITS + 1 + DIGEST_HEX + 1 +
	    RECORD_LINE_MAX,
};

/* Write the name of the segment whose first line has that SEQ, as it is while
 * it is written, and when it is compressed. */
void segment_name(char out[JOURNAL_NAME], uint64_t first);
void segment_name_packed(char out[JOURNAL_NAME], uint64_t first);

/* Whether name is a segment's, of either kind; sets the SEQ it names. */
bool segment_first(const char *name, uint64_t *first);

/* Open it to read it, whichever there is, and write its name. Returns the
 * descriptor, of a regular file, or -1 with errno. */
int segment_open(int dir, uint64_t first, char name[JOURNAL_NAME]);

/* The segments of a journal by their first SEQ, ascending. A zeroed struct
 * is a valid empty one. */
struct segment_list {
	uint64_t *first;
	size_t count, cap;
};

/* Read them anew from the open directory; one that is there in both kinds is
 * one. False with errno. */
bool segment_list_read(struct segment_list *, int dir);
void segment_list_release(struct segment_list *);

/* Take a line, without its LF, apart. False if it is none of a journal's. */
bool journal_split(struct span line, uint64_t *seq, struct span *chain,
    struct span *text);

/* The same of what stands for the lines from..to, which were pruned. Nothing
 * is to be taken from what was set if it is false. */
bool journal_split_pruned(struct span line, uint64_t *from, uint64_t *to,
    struct span *chain, struct span *text);

/* Whether a text stands for lines that were pruned. The note that says when
 * and why they were has its time in that place. */
bool journal_pruned(struct span text);

/* Read a SEQ: decimal digits, without leading zeros. */
bool journal_number(struct span digits, uint64_t *seq);

/* Whether these are n lower-case hexadecimal digits. */
bool journal_hex(const char *p, size_t n);

/* The value of KEY=VALUE among the words of a note; .p NULL if not there. */
struct span note_value(struct span note, const char *key);

/* Write n in decimal at the end of out; the span of its digits. */
struct span journal_decimal(char out[20], uint64_t n);

#endif
