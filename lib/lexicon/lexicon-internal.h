/* SPDX-License-Identifier: ISC */
/* What a lexicon is; for lexicon.c and lexicon-scan.c. */
#ifndef LEXICON_LEXICON_INTERNAL_H
#define LEXICON_LEXICON_INTERNAL_H

#include <stdint.h>

#include "lexicon/compat.h"
#include "lexicon/lexicon.h"
#include "lexicon/phrases.h"
#include "lexicon/recognise.h"
#include "lexicon/regex.h"

struct set {
	bool words;
	int *regex; /* their numbers */
	size_t count, cap;
	uint32_t kinds; /* of what recognisers find, a bit each */
	bool (*wanted)(void *context, struct span host); /* urls, NULL: none */
	void *context;
};

/* What is known of a set and a text, in two bits. */
enum known { UNKNOWN, NO, YES, UNSURE };

/* What recognisers found, in bytes of a text. */
struct token_found {
	size_t text, at, len;
	uint64_t value;
	struct span host;
	enum recogniser kind;
	bool bare;
};

/* A text in compatibility form, for all regular expressions. */
struct form {
	struct compat compat;
	bool made;
	enum compat_result result;
};

struct lexicon {
	struct set *set;
	size_t sets, cap;
	struct phrases *words;
	struct regex *regex;
	struct fold fold;
	struct form *form; /* one a text, made when it is asked for */
	size_t forms, form_cap;
	struct buf why;
	const struct texts *texts;
	/* A row a text; one cell more than there are sets says whether the
	 * words were looked for. */
	unsigned char *known;
	size_t known_cap;
	bool cleared;
	size_t row; /* where a phrases_find() puts what it finds */
	/* What recognisers find, for all sets; of a text those from first on. */
	uint32_t kinds;
	struct flat flat;
	struct token_found *found;
	size_t founds, found_cap;
	size_t *first;
	size_t first_cap;
	bool recognised;
};

/* lexicon-recognise.c: whether the text has what the set's recognisers find;
 * and cuts of all of it. */
bool recognised_in(struct lexicon *, const struct set *, size_t text);
void recognised_cuts(
    struct lexicon *, const struct set *, size_t text, struct cuts *);

#endif
