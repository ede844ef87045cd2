/* SPDX-License-Identifier: ISC */
/* Conditions on records, as a person who looks something up has them. */
#ifndef JOURNAL_SEARCH_H
#define JOURNAL_SEARCH_H

#include <stdint.h>

#include "record/record.h"

/* What is asked for, in the order of what it costs to tell. */
enum search_key {
	SEARCH_EVENT,	/* an event, or several with a comma between */
	SEARCH_VERDICT, /* likewise */
	SEARCH_SINCE,	/* a time as stamp_parse() reads it: at or after it */
	SEARCH_UNTIL,	/* before it */
	SEARCH_NODE,
	SEARCH_SESSION,
	SEARCH_RULE, /* of any reason: NAME or NAME@TAG */
	SEARCH_ID,   /* the record's, its stanza's, or the one it refers to */
	SEARCH_WITH, /* a JID that sends or receives, also what is forwarded */
	SEARCH_FROM, /* one that sends */
	SEARCH_TO,   /* one that receives */
	SEARCH_WORDS, /* words for people are in it; the value does not count */
	SEARCH_TEXT, /* a word, phrase or /REGEX/ as lexicon_add() takes it */
	SEARCH_KEYS,
};

struct search;

struct search *search_new(void);
void search_free(struct search *);

/* Add a condition. Different keys must all hold; of several values of one key
 * any may, but of SEARCH_WITH and SEARCH_TEXT all must. Of several times the
 * narrowest span counts. A bare JID stands for all its resources, a domain for
 * all its users. now, in microseconds, is for times before now. Returns NULL,
 * or why the value is refused, borrowed until the next call. */
const char *search_add(struct search *, enum search_key, const char *value,
    int64_t now);

enum search_finding {
	SEARCH_NO,
	SEARCH_YES,
	SEARCH_UNSURE, /* a regular expression met its limits in a record that
			* else matches */
	SEARCH_BROKEN, /* the stanza had to be read and is not canonical */
};

/* Whether a record meets the conditions. */
enum search_finding search_matches(struct search *, const struct record *);

#endif
