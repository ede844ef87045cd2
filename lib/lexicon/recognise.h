/* SPDX-License-Identifier: ISC */
/* Recognisers: numbers, addresses and secrets of known forms, told from what
 * only looks like them by their check digits, lengths and ranges. */
#ifndef LEXICON_RECOGNISE_H
#define LEXICON_RECOGNISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "lexicon/flat.h"

enum recogniser {
	RECOGNISE_CARD,
	RECOGNISE_IBAN,
	RECOGNISE_BIC,
	RECOGNISE_ISIN,
	RECOGNISE_CUSIP,
	RECOGNISE_LEI,
	RECOGNISE_SSN,
	RECOGNISE_ABA,
	RECOGNISE_EMAIL,
	RECOGNISE_PHONE,
	RECOGNISE_IP,
	RECOGNISE_JWT,
	RECOGNISE_KEY,
	RECOGNISE_AWS,
	RECOGNISE_GITHUB,
	RECOGNISE_URL,
	RECOGNISERS
};

/* The recogniser of that name, or -1; all names, for people. */
int recognise_kind(struct span name);
const char *recognise_list(void);

/* What was recognised, in bytes of the flat text. */
struct recognised {
	enum recogniser kind;
	size_t at, len;
	uint64_t value; /* the same for the same number, however it is written */
	size_t host, host_len; /* url: the name of the host; 0: it has none */
	bool bare; /* url: only a name, with nothing that says it is one */
};

/* Call found for all of these kinds, a bit each, in a text; with the bit
 * RECOGNISERS for bare names of hosts as urls, too. */
void recognise(const struct flat *, uint32_t kinds,
    void (*found)(void *context, const struct recognised *), void *context);

#endif
