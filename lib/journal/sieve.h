/* SPDX-License-Identifier: ISC */
/* Telling from the bytes of a record that a word cannot be in it, however it
 * may be written there: escaped, in other letters, in pieces. */
#ifndef JOURNAL_SIEVE_H
#define JOURNAL_SIEVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "lexicon/fold.h"

enum { SIEVE_WORD = 64 }; /* bytes, at most; a part of a word will do */

/* A zeroed struct lets all through. */
struct sieve {
	char word[SIEVE_WORD]; /* lower case; len 0: nothing can be told */
	size_t len;
	unsigned char skip[256]; /* how far on a byte under its end allows */
	bool open; /* the word may go on with a mark: é counts as e */
	bool wary; /* characters beyond ASCII are not told apart */
	struct fold fold;
};

/* Look for what lexicon_add() takes, if there is something to look for in it;
 * of several the longest is looked for. */
void sieve_entry(struct sieve *, struct span entry);

/* Look for a JID as jid_prepare() makes it, likewise. */
void sieve_jid(struct sieve *, struct span jid);

/* False if the fields of stanza and original, as they stand in the record with
 * a TAB between, say the word in no form. True tells nothing. */
bool sieve_may(struct sieve *, struct span stanzas);

void sieve_release(struct sieve *);

#endif
