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
	JOURNAL_NAME = 25,	 /* bytes of a segment's name, with its NUL */
	/* of a line: SEQ TAB CHAIN TAB text, without its LF */
	JOURNAL_LINE_MAX = JOURNAL_SEQ_DIGITS + 1 + DIGEST_HEX + 1 +
	    RECORD_LINE_MAX,
};

/* Write the name of the segment whose first line has that SEQ. */
void segment_name(char out[JOURNAL_NAME], uint64_t first);

/* Whether name is a segment's; sets the SEQ it names. */
bool segment_first(const char *name, uint64_t *first);

/* The segments of a journal by their first SEQ, ascending. A zeroed struct
 * is a valid empty one. */
struct segment_list {
	uint64_t *first;
	size_t count, cap;
};

/* Read them anew from the open directory. False with errno. */
bool segment_list_read(struct segment_list *, int dir);
void segment_list_release(struct segment_list *);

/* Take a line, without its LF, apart. False if it is none of a journal's. */
bool journal_split(struct span line, uint64_t *seq, struct span *chain,
    struct span *text);

/* The chain of the line with that SEQ and text after the line with the chain
 * prev. */
void journal_chain(struct digest *, const char prev[DIGEST_HEX], uint64_t seq,
    struct span text, char out[DIGEST_HEX]);

/* What stands for the chain before the first line: 64 zeros. */
extern const char journal_zeros[DIGEST_HEX + 1];

/* The value of KEY=VALUE among the words of a note; .p NULL if not there. */
struct span note_value(struct span note, const char *key);

/* Write n in decimal at the end of out; the span of its digits. */
struct span journal_decimal(char out[20], uint64_t n);

#endif
