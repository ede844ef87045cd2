/* SPDX-License-Identifier: ISC */
/* Notes that other programs have to make in a journal: of what cup-prune takes
 * out of it. Whoever writes the journal takes them in at the Unix socket
 * "writer" in its directory, a line each,
 *
 *	pruned REST	erasure REST	segment
 *
 * journals "# pruned TIME REST" or "# erasure TIME REST", or begins a new
 * segment, and answers "SEQ:CHAIN" of that line once it is on disk, or
 * "error: WORDS". Where nobody writes it, who has them to make does so. */
#ifndef JOURNAL_NOTES_H
#define JOURNAL_NOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/span.h"
#include "journal/error.h"
#include "journal/write.h"

enum { NOTE_REQUEST_MAX = 1024 }; /* bytes of a line, without its LF */

struct note_place {
	uint64_t seq;
	char chain[DIGEST_HEX];
};

/* ---- by who writes the journal */

struct notes;

/* Take notes in from now on; a socket that was left there is replaced. The
 * writer stays the caller's. NULL with errno. */
struct notes *notes_open(struct journal_writer *);

/* A descriptor that becomes readable when there is something to do: call
 * notes_serve then, which does not wait for anybody but the disk. False if the
 * writer has failed. */
int notes_fd(const struct notes *);
bool notes_serve(struct notes *);

/* Take no more in, and remove the socket. NULL is allowed. */
void notes_close(struct notes *);

/* Journal n requests, which are on disk when this returns, and set the place
 * of each; seq 0: it is no request, why[i] says so in words, a constant. False
 * if the writer has failed. */
bool notes_journal(struct journal_writer *, const struct span *requests,
    size_t n, struct note_place *, const char **why);

/* ---- by who has notes to make */

struct notes_client;

/* Reach who writes the journal, or become that. NULL with the error, of which
 * FAULT_LOCKED means that it is written by one that does not answer. */
struct notes_client *notes_connect(const char *journal,
    struct journal_error *);

/* Have n requests journaled and set their places. False with the error: then
 * some of them may be journaled all the same. */
bool notes_write(struct notes_client *, const struct span *requests, size_t n,
    struct note_place *, struct journal_error *);

/* False with the error if the journal could not be closed. NULL is allowed. */
bool notes_leave(struct notes_client *, struct journal_error *);

#endif
