/* SPDX-License-Identifier: ISC */
/* The recognisers, for recognise.c. */
#ifndef LEXICON_RECOGNISE_INTERNAL_H
#define LEXICON_RECOGNISE_INTERNAL_H

#include <string.h>

#include "lexicon/recognise.h"

/* A text that is gone through. */
struct going {
	const char *p;
	size_t n;
	uint32_t kinds;
	size_t iban;	 /* where the last of them ended */
	size_t key_end;	 /* where the next key ends, if that was looked for */
	bool looked;
	void (*found)(void *context, const struct recognised *);
	void *context;
};

/* A maximal run of letters and digits. */
struct run {
	size_t at, end;
	size_t digits, uppers;
	bool foreign; /* letters that ASCII has not */
};

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool is_word(char c)
{
	return is_digit(c) || is_upper(c) || is_lower(c) ||
	    (unsigned char)c == FLAT_LETTER;
}

static inline char at(const struct going *g, size_t i)
{
	return i < g->n ? g->p[i] : ' ';
}

static inline char before(const struct going *g, size_t i)
{
	return i ? g->p[i - 1] : ' ';
}

static inline bool wants(const struct going *g, enum recogniser kind)
{
	return g->kinds >> kind & 1;
}

/* The run at i. */
struct run recognise_run(const struct going *, size_t i);

/* Report it; its value is that of these bytes, without what is no letter or
 * digit, in capital letters. */
void recognise_found(
    const struct going *, enum recogniser, size_t at, size_t end);

/* Each of these looks at what begins with a run, or at a sign, and reports
 * what it is. */
void recognise_numbers(struct going *, const struct run *);
void recognise_card(struct going *, const struct run *);
void recognise_codes(struct going *, const struct run *);
void recognise_bic(struct going *, const struct run *);
void recognise_secrets(struct going *, const struct run *);
void recognise_key(struct going *, size_t i);
void recognise_email(struct going *, size_t i);
void recognise_phone(struct going *, size_t i);
void recognise_ip4(struct going *, size_t i);
void recognise_ip6(struct going *, size_t i);
void recognise_url(struct going *, size_t i);
void recognise_named(struct going *, const struct run *);

/* Tables. */
bool recognise_issuer(const char *digits, size_t n);
size_t recognise_iban_length(const char *country);
bool recognise_country(const char *country);
size_t recognise_calling(const char *digits);

/* Whether the last digit is the one that Luhn's formula (ISO/IEC 7812-1 annex
 * B) gives. */
bool recognise_luhn(const char *digits, size_t n);

/* Whether one of the words, in small letters, is in the few bytes before. */
bool recognise_label(
    const struct going *, size_t i, const char *const *words);

#endif
