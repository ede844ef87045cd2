/* SPDX-License-Identifier: ISC */
/* Reading a journal, as cup-journal(5) describes it: a directory of text
 * segments, each line SEQ TAB CHAIN TAB record, or a note that begins with
 * '#'. Reading takes no lock and works while cup-log writes. */
/* lib/journal is the journal on disk, cup-journal(5): written, read, searched
 * and shown. In go released and refused records, out the same with their
 * proofs, once they are on disk.
 *
 * To write: write.h takes a record, repeat.c where it came before (ids.h);
 * batch.h is what goes to disk together, flush.h syncs one while the next is
 * filled, file.h and segment.h are the file and its lines, heads.h tells an
 * outsider, gauge.h how it does. open.c takes over a journal: lock.h, and after a crash recover.h on
 * scan.h. To read: journal.h, on lines.h; check.h and expected.h prove that
 * nothing is missing or changed. source.h has records from wherever they are,
 * search.h says which are meant, sieve.h sooner which cannot be, index.h (made
 * with index-sort.h) which lines need not be read, which skip.h then leaves
 * out; hunt.h searches journals by these and by threads, and
 * print.h (a file for each format, on columns.h and printable.h) shows them. */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/digest.h"
#include "base/span.h"
#include "journal/gaps.h"

enum journal_item {
	JOURNAL_RECORD, /* a line with a record (not yet parsed) */
	JOURNAL_NOTE,	/* one with a note of cup-log's */
	JOURNAL_BROKEN, /* why says what is wrong; reading can go on */
	JOURNAL_END,
	JOURNAL_ERROR, /* errno; why says where */
};

struct journal_line {
	uint64_t seq;
	uint64_t from; /* as seq; but if it stands for lines that were pruned,
			* which is a note then, the first one of them */
	struct span chain; /* DIGEST_HEX digits */
	struct span digest; /* the same, if lines are checked; .p NULL for one
			     * that stands for pruned ones */
	struct span text;  /* the record or note, without its LF */
	struct span before; /* if lines are checked: the chain of the line
			     * before; .p NULL: it is not known */
	int version;	    /* and the journal's, there */
	const char *segment; /* file name, in the journal */
	uint64_t line;	     /* in that file, from 1 */
};

struct journal_reader;

/* Open a journal's directory, or a single segment file of one. check: that
 * the chain is whole is checked line by line (for a directory from its
 * beginning). Returns NULL with errno and *why where it cannot be read. */
struct journal_reader *journal_open(const char *path, bool check,
    const char **why);
void journal_close(struct journal_reader *);

/* The same of one segment of the journal that is open as dir, by its first
 * SEQ. NULL with errno. */
struct journal_reader *journal_open_segment(int dir, uint64_t first,
    bool check);

#define JOURNAL_LINES_UNKNOWN UINT64_MAX

/* Of a directory: go to the line at that place (lines.h) of the segment with
 * that first SEQ, or else of the next one; lines is how many of it are before
 * that, if it is known. Where lines are checked that one need not follow from
 * those before. False with errno. */
bool journal_seek(struct journal_reader *, uint64_t first, off_t place,
    uint64_t lines);

/* Of a journal that is checked: leave it to the caller to look at the hashes of
 * its lines, by check_hashes, in whatever thread. Their digests are not set. */
void journal_defer(struct journal_reader *);

/* The next line in order; its spans are borrowed until the next call. Asked
 * again after JOURNAL_END it looks whether the journal has grown. */
enum journal_item journal_next(struct journal_reader *,
    struct journal_line *);

/* Why the last item was broken or an error, borrowed until the next call. */
const char *journal_why(const struct journal_reader *);

/* Whether the journal ended in a line that is not finished: one that is being
 * written at this moment, or that a crash has torn. */
bool journal_torn(const struct journal_reader *);

/* At the end of a directory that was checked: lines that have gone though no
 * later note names them; NULL: none have. */
const struct gap *journal_gap(const struct journal_reader *);

/* The journal's id, from its first note; .p NULL before that was read. */
struct span journal_id(const struct journal_reader *);

#endif
