/* SPDX-License-Identifier: ISC */
/* Conditions on records, as a person who looks something up has them. */
#ifndef JOURNAL_SEARCH_H
#define JOURNAL_SEARCH_H

#include <stdint.h>

#include "journal/index.h"
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

/* Another one for the same conditions, for another thread. */
struct search *search_copy(const struct search *);

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

/* Whether a record, whose spans are all of one line, meets the conditions. */
enum search_finding search_matches(struct search *, const struct record *);

/* False if a line that is a record, with stanzas in canonical form, does not:
 * told by its bytes alone, sooner. */
bool search_may(struct search *, struct span line);

/* From when on and before when, in microseconds, records are meant. */
void search_span(const struct search *, int64_t *since, int64_t *until);

enum search_slice {
	SEARCH_MEANT = 1 << 0, /* it may have a record that meets the
				* conditions, if its time does */
	SEARCH_REPORTED = 1 << 1, /* it has a line that may be reported */
};

/* Set each of the slices of an index, a byte each, to what there is in it.
 * False if the index is wrong. */
bool search_slices(const struct search *, struct index *,
    unsigned char *slices);

#endif
