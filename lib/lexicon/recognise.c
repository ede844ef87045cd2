/* SPDX-License-Identifier: ISC */
/* Going through a text for what the recognisers know. */
#include "lexicon/recognise-internal.h"

enum { LABEL_BEFORE = 40 };

static const char *const names[RECOGNISERS] = {"card", "iban", "bic", "isin",
    "cusip", "lei", "us-ssn", "aba", "email", "phone", "ip", "jwt",
    "private-key", "aws-key", "github-token", "url"};

int recognise_kind(struct span name)
{
	for (int i = 0; i < RECOGNISERS; i++) {
		if (span_is(name, names[i]))
			return i;
	}
	return -1;
}

const char *recognise_list(void)
{
	return "card, iban, bic, isin, cusip, lei, us-ssn, aba, email, phone, "
	       "ip, jwt, private-key, aws-key, github-token, url, url to";
}

struct run recognise_run(const struct going *g, size_t i)
{
	struct run r = {.at = i};

	for (; i < g->n && is_word(g->p[i]); i++) {
		r.digits += is_digit(g->p[i]);
		r.uppers += is_upper(g->p[i]);
		r.foreign |= (unsigned char)g->p[i] == FLAT_LETTER;
	}
	r.end = i;
	return r;
}

static char upper(char c)
{
	return is_lower(c) ? (char)(c - 'a' + 'A') : c;
}

void recognise_found(
    const struct going *g, enum recogniser kind, size_t from, size_t end)
{
	struct recognised r = {.kind = kind, .at = from, .len = end - from};

	r.value = UINT64_C(0xcbf29ce484222325) + (uint64_t)kind;
	for (size_t i = from; i < end; i++) {
		if (is_word(g->p[i]))
			r.value = (r.value ^ (unsigned char)upper(g->p[i])) *
				  UINT64_C(0x100000001b3);
	}
	g->found(g->context, &r);
}

static char lower(char c)
{
	return is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

bool recognise_label(
    const struct going *g, size_t i, const char *const *words)
{
	size_t from = i > LABEL_BEFORE ? i - LABEL_BEFORE : 0;

	for (; *words; words++) {
		size_t n = strlen(*words);

		for (size_t k = from; k + n <= i; k++) {
			size_t same = 0;

			while (same < n && lower(g->p[k + same]) == (*words)[same])
				same++;
			if (same == n && !is_word(before(g, k)) &&
			    !is_word(at(g, k + n)) &&
			    !memchr(g->p + k, ']', i - k))
				return true;
		}
	}
	return false;
}

static bool any(const struct going *g, uint32_t kinds)
{
	return g->kinds & kinds;
}

#define BIT(kind) (UINT32_C(1) << (kind))

/* A run of letters and digits; returns where to go on. */
static size_t at_run(struct going *g, size_t i)
{
	struct run r = recognise_run(g, i);

	if (!r.foreign && (r.digits || (r.uppers && r.end - i == 2)))
		recognise_codes(g, &r);
	if (r.digits == r.end - r.at && r.at >= g->iban) {
		recognise_numbers(g, &r);
		if (wants(g, RECOGNISE_IP))
			recognise_ip4(g, i);
	}
	if (!r.foreign && r.uppers)
		recognise_bic(g, &r);
	if (!r.foreign)
		recognise_secrets(g, &r);
	if (wants(g, RECOGNISE_IP) && at(g, r.end) == ':')
		recognise_ip6(g, i);
	if (any(g, BIT(RECOGNISE_URL) | BIT(RECOGNISERS)))
		recognise_named(g, &r);
	return r.end;
}

static void at_sign(struct going *g, size_t i)
{
	char c = g->p[i];

	if (c == '@' && wants(g, RECOGNISE_EMAIL))
		recognise_email(g, i);
	else if (c == '+' && wants(g, RECOGNISE_PHONE))
		recognise_phone(g, i);
	else if (c == '-' && wants(g, RECOGNISE_KEY))
		recognise_key(g, i);
	if (c != ':')
		return;
	if (wants(g, RECOGNISE_URL) &&
	    (at(g, i + 1) == '/' || at(g, i + 1) == '\\'))
		recognise_url(g, i);
	if (wants(g, RECOGNISE_IP) && at(g, i + 1) == ':' &&
	    !is_word(before(g, i)))
		recognise_ip6(g, i);
}

/* Small letters and blanks, which most texts are, go by quickly: only a few
 * runs of small letters alone begin something. */
static size_t over_plain(const struct going *g, size_t i)
{
	while (i < g->n) {
		size_t from = i;

		if (g->p[i] == ' ' || g->p[i] == '\n') {
			i++;
			continue;
		}
		while (i < g->n && is_lower(g->p[i]))
			i++;
		if (i == from || (i < g->n && g->p[i] != ' ' &&
				     g->p[i] != '\n' && g->p[i] != ','))
			return from;
	}
	return i;
}

void recognise(const struct flat *f, uint32_t kinds,
    void (*found)(void *context, const struct recognised *), void *context)
{
	struct going g = {.p = f->out.p,
	    .n = f->out.n,
	    .kinds = kinds,
	    .found = found,
	    .context = context};
	size_t i = 0;

	while ((i = over_plain(&g, i)) < g.n) {
		if (is_word(g.p[i])) {
			i = at_run(&g, i);
		} else {
			at_sign(&g, i);
			i++;
		}
	}
}
