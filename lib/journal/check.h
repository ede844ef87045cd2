/* SPDX-License-Identifier: ISC */
/* Whether the lines of a journal follow from one another. */
#ifndef JOURNAL_CHECK_H
#define JOURNAL_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "journal/gaps.h"
#include "journal/journal.h"

/* Take a line, without its LF, apart, be it one of a journal or what stands
 * for pruned ones. False, with seq 0, if it is neither. */
bool journal_take(struct span line, struct journal_line *);

struct journal_check {
	struct digest *digest;
	bool known; /* the line before is: due is its SEQ + 1, prev its chain */
	uint64_t due;
	bool deferred; /* check_hashes is for the caller */
	char prev[DIGEST_HEX], before[DIGEST_HEX];
	int version; /* of the segment; 0: not known */
	char line[DIGEST_HEX]; /* digest of the line checked last */
	struct gaps gaps;
	struct buf id;	/* the journal's, from the notes that carry it */
	struct buf why;
};

void check_init(struct journal_check *);
void check_release(struct journal_check *);

/* What is next is the first line of a journal. */
void check_begin(struct journal_check *);

/* What is next may be any line. */
void check_lose(struct journal_check *);

/* Take the next line, and set its digest, its version, and the chain before it.
 * Returns NULL, or what is wrong with it, borrowed until the next call;
 * whatever that is, the line after it is checked against it. */
const char *check_line(struct journal_check *, struct journal_line *);

/* Whether the text of a line that was taken is what its chain says, behind the
 * chain before it. Returns NULL, or what is wrong, a constant; sets its digest,
 * unless it stands for pruned lines. */
const char *check_hashes(struct digest *, const struct journal_line *,
    char out[DIGEST_HEX]);

/* The same without looking at anything but the notes. */
void check_follow(struct journal_check *, const struct journal_line *);

/* Whether it is the line that is due, but does not match its chain. */
bool check_differs(struct journal_check *, const struct journal_line *);

/* Whether a text is a whole record or note, not only the beginning of one. */
bool check_whole(struct span text);

#endif
