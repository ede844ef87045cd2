/* SPDX-License-Identifier: ISC */
/* Codes of letters and digits: accounts, banks, securities, entities. */
#include "lexicon/recognise-internal.h"

enum { IBAN_MAX = 34, BIC_SHORT = 8, BIC_LONG = 11 };

static char upper(char c)
{
	return is_lower(c) ? (char)(c - 'a' + 'A') : c;
}

static bool letter(char c)
{
	return is_upper(c) || is_lower(c);
}

/* The remainder by 97, letters being 10 to 35 (ISO 7064). */
static unsigned mod97(unsigned rest, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned d = is_digit(p[i]) ? (unsigned)(p[i] - '0')
					    : (unsigned)(p[i] - 'A') + 10;

		rest = (rest * (d > 9 ? 100 : 10) + d) % 97;
	}
	return rest;
}

/* Take the letters and digits of an account number, in groups of four or in
 * others that all have digits. Returns where it ends, 0 if it is none. */
static size_t take_iban(const struct going *g, size_t i, size_t want, char *out)
{
	bool fours = true, digits = true;
	size_t n = 0;

	for (;;) {
		struct run r = recognise_run(g, i);
		size_t len = r.end - r.at, gap = 0;

		if (r.foreign || n + len > want)
			return 0;
		for (size_t k = r.at; k < r.end; k++)
			out[n++] = upper(g->p[k]);
		digits = digits && (r.digits || n == 2);
		if (n == want)
			return fours || digits ? r.end : 0;
		fours = fours && len == 4;
		for (i = r.end; gap < 3 && i < g->n && !is_word(g->p[i]); gap++)
			i++;
		if (gap == 0 || i >= g->n || !is_word(g->p[i]))
			return 0;
	}
}

static void iban(struct going *g, const struct run *r)
{
	char text[IBAN_MAX], country[2];
	const char *p = g->p + r->at;
	size_t want, end;

	if (r->end - r->at == 2 ? !r->uppers
				: r->end - r->at < 4 || !is_digit(p[2]) ||
		    !is_digit(p[3]))
		return;
	if (!letter(p[0]) || !letter(p[1]))
		return;
	country[0] = upper(p[0]);
	country[1] = upper(p[1]);
	want = recognise_iban_length(country);
	end = want ? take_iban(g, r->at, want, text) : 0;
	if (!end || !is_digit(text[2]) || !is_digit(text[3]) ||
	    mod97(mod97(0, text + 4, want - 4), text, 4) != 1)
		return;
	g->iban = end;
	if (wants(g, RECOGNISE_IBAN))
		recognise_found(g, RECOGNISE_IBAN, r->at, end);
}

/* ISO 6166: letters are two digits for Luhn's formula. */
static bool isin(const char *p)
{
	char digits[24], country[2] = {upper(p[0]), upper(p[1])};
	size_t n = 0;

	if (!letter(p[0]) || !letter(p[1]) || !is_digit(p[11]))
		return false;
	if (!recognise_country(country) && memcmp(country, "XS", 2) != 0 &&
	    memcmp(country, "EU", 2) != 0 && memcmp(country, "XA", 2) != 0)
		return false;
	for (size_t i = 0; i < 12; i++) {
		unsigned d = is_digit(p[i]) ? (unsigned)(p[i] - '0')
					    : (unsigned)(upper(p[i]) - 'A') + 10;

		if (d > 9)
			digits[n++] = (char)('0' + d / 10);
		digits[n++] = (char)('0' + d % 10);
	}
	return recognise_luhn(digits, n);
}

/* ANSI X9.6: every second value doubled, the sum of their digits. */
static bool cusip(const char *p)
{
	unsigned sum = 0;

	if (!is_digit(p[8]))
		return false;
	for (size_t i = 0; i < 8; i++) {
		unsigned d = is_digit(p[i]) ? (unsigned)(p[i] - '0')
					    : (unsigned)(p[i] - 'A') + 10;

		d *= i % 2 ? 2 : 1;
		sum += d / 10 + d % 10;
	}
	return (10 - sum % 10) % 10 == (unsigned)(p[8] - '0');
}

/* ISO 17442: 18 letters and digits and two check digits. */
static bool lei(const char *p)
{
	char text[20];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = upper(p[i]);
	return is_digit(p[18]) && is_digit(p[19]) &&
	    mod97(0, text, sizeof(text)) == 1;
}

/* A part of something longer, like a UUID. */
static bool joined(const struct going *g, const struct run *r)
{
	char c = at(g, r->end), b = before(g, r->at);

	return ((b == '-' || b == '+' || b == '.') && r->at > 1 &&
		   is_word(g->p[r->at - 2])) ||
	    ((c == '-' || c == '+') && is_word(at(g, r->end + 1)));
}

void recognise_codes(struct going *g, const struct run *r)
{
	const char *p = g->p + r->at;
	size_t n = r->end - r->at;
	bool small = r->digits + r->uppers < n;

	if ((wants(g, RECOGNISE_IBAN) || wants(g, RECOGNISE_CARD)) &&
	    r->at >= g->iban && !(before(g, r->at) == '-' && joined(g, r)))
		iban(g, r);
	if (joined(g, r))
		return;
	if (wants(g, RECOGNISE_ISIN) && n == 12 && isin(p) &&
	    !(small && r->uppers))
		recognise_found(g, RECOGNISE_ISIN, r->at, r->end);
	if (wants(g, RECOGNISE_CUSIP) && n == 9 && !small && cusip(p))
		recognise_found(g, RECOGNISE_CUSIP, r->at, r->end);
	if (wants(g, RECOGNISE_LEI) && n == 20 && !(small && r->uppers) &&
	    lei(p))
		recognise_found(g, RECOGNISE_LEI, r->at, r->end);
}

/* Words in capitals end so, too, and places rarely do. */
static bool wordlike(const char *country, const char *place)
{
	static const char ends[] = "ED ER ES RS TE LY NG ON AL NT NE CE SE DE "
				   "LE RE IC AR OR EN AN TS NS LS DS ST TH CT "
				   "CH CK SH TY RY CY NY GE ME IA US UM IS SS "
				   "IT ET UT ND LL OF EY OM IN GS KS PS WS TA "
				   "NA VE KE PE TO TA FY AM AY AD SM EE OW IP "
				   "IM ID EM EL IL OL UE CS AT ";
	static const char *const places[] = {
	    "SESS", "LULL", "TRIS", "GBLL", "FIHH", NULL};

	for (size_t i = 0; places[i]; i++) {
		if (memcmp(country, places[i], 4) == 0)
			return false;
	}
	for (const char *e = ends; *e; e += 3) {
		if (memcmp(place, e, 2) == 0)
			return true;
	}
	return false;
}

/* ISO 9362: four letters of the bank, its country, two of the place, and three
 * of the branch. Letters alone, that may be a word, count where they are
 * called what they are. */
void recognise_bic(struct going *g, const struct run *r)
{
	static const char *const labels[] = {"bic", "swift", NULL};
	const char *p = g->p + r->at;
	size_t n = r->end - r->at;
	bool branch = n == BIC_LONG;

	if (!wants(g, RECOGNISE_BIC) || (n != BIC_SHORT && !branch) ||
	    r->digits + r->uppers != n || joined(g, r))
		return;
	for (size_t i = 0; i < 6; i++) {
		if (!is_upper(p[i]))
			return;
	}
	if (!recognise_country(p + 4) || p[6] == '0' || p[7] == 'O')
		return;
	if (r->digits || (branch && memcmp(p + 8, "XXX", 3) == 0) ||
	    !wordlike(p + 4, branch ? p + 9 : p + 6) ||
	    recognise_label(g, r->at, labels))
		recognise_found(g, RECOGNISE_BIC, r->at, r->end);
}
