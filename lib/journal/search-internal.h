/* SPDX-License-Identifier: ISC */
/* What the parts of a search share; used by search*.c alone. */
#ifndef JOURNAL_SEARCH_INTERNAL_H
#define JOURNAL_SEARCH_INTERNAL_H

#include "base/buf.h"
#include "base/stamp.h"
#include "journal/search.h"
#include "journal/sieve.h"
#include "lexicon/lexicon.h"
#include "record/participants.h"
#include "xml/stanza.h"
#include "xml/text.h"

struct values {
	struct buf *item;
	size_t count;
};

struct search {
	struct values values[SEARCH_KEYS];
	unsigned asked;		    /* keys, as bits */
	unsigned bits[SEARCH_KEYS]; /* events and verdicts */
	char since[STAMP_LEN], until[STAMP_LEN];
	struct lexicon *lexicon; /* a set a value */
	struct sieve words, people; /* one of SEARCH_TEXT, of SEARCH_WITH */
	/* Of the record at hand: */
	bool read, broken;
	struct stanza tree[2]; /* the stanza and the original */
	size_t trees;
	struct texts texts;
	bool collected;
	struct participants participants[2]; /* of the trees */
	struct buf chars;
};

bool search_is_value(const struct values *, struct span);

/* search-stanza.c: conditions on what is in the stanza. */
enum search_finding search_has_id(struct search *, enum search_key,
    const struct record *);
enum search_finding search_has_jid(struct search *, enum search_key,
    const struct record *);
enum search_finding search_has_words(struct search *, enum search_key,
    const struct record *);
enum search_finding search_has_text(struct search *, enum search_key,
    const struct record *);

#endif
