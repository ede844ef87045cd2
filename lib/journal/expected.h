/* SPDX-License-Identifier: ISC */
/* Heads of a journal that were kept elsewhere: SEQ:CHAIN, which its lines are
 * held against. */
#ifndef JOURNAL_EXPECTED_H
#define JOURNAL_EXPECTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "journal/journal.h"

struct head {
	uint64_t seq;
	char chain[DIGEST_HEX];
};

/* A zeroed struct is a valid empty one. */
struct expected_heads {
	struct head *head;
	size_t count, cap;
	size_t at; /* the first one that is not before the lines seen */
};

/* Add SEQ:CHAIN; what follows a TAB is not looked at. False if it is not of
 * that form. */
bool expected_add(struct expected_heads *, const char *text);

/* Add every line of a file as cup-log --heads writes it. Returns 0; or the
 * number of the first line that is not of that form; or -1 with errno. */
long expected_add_file(struct expected_heads *, const char *path);

/* Before the first line of a journal. */
void expected_begin(struct expected_heads *);

/* Hold the next line against them: false if there is a head with its SEQ and
 * another chain. */
bool expected_fit(struct expected_heads *, const struct journal_line *);

/* After the last line, seq: the first head beyond it, NULL if none is. */
const struct head *expected_beyond(const struct expected_heads *, uint64_t seq);

void expected_release(struct expected_heads *);

#endif
