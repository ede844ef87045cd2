/* SPDX-License-Identifier: ISC */
/* Numbers of accounts and people, by ranges, lengths and check digits. */
#include "lexicon/recognise-internal.h"

enum { CARD_MIN = 13, CARD_MAX = 19, SEPARATOR_MAX = 3, GROUPS = 19 };

bool recognise_luhn(const char *digits, size_t n)
{
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned d = (unsigned)(digits[n - 1 - i] - '0');

		sum += i % 2 == 0 ? d : d > 4 ? 2 * d - 9 : 2 * d;
	}
	return sum % 10 == 0;
}

/* Groups of digits with a few signs between. */
struct groups {
	struct run run[GROUPS];
	size_t count, digits;
	char digit[CARD_MAX];
};

/* Where the next group begins, with between them what people write; 0 if there
 * is none. */
static size_t next_group(const struct going *g, size_t i)
{
	size_t n = 0;

	while (n <= SEPARATOR_MAX && i + n < g->n && !is_word(g->p[i + n]))
		n++;
	return n >= 1 && n <= SEPARATOR_MAX && i + n < g->n ? i + n : 0;
}

static bool add_group(const struct going *g, struct groups *all, size_t i)
{
	struct run r = recognise_run(g, i);
	size_t n = r.end - r.at;

	if (r.digits != n || all->count == GROUPS ||
	    all->digits + n > CARD_MAX)
		return false;
	memcpy(all->digit + all->digits, g->p + i, n);
	all->digits += n;
	all->run[all->count++] = r;
	return true;
}

/* How cards have it printed, and people write it; '<' is twelve. */
static bool printed(const struct groups *all)
{
	static const char *const ways[] = {"4444", "44441", "44442", "44443",
	    "465", "464", "4333", "88", "448", "484", "844", "445", "4<"};
	char way[GROUPS + 1];

	for (size_t i = 0; i < all->count; i++)
		way[i] = (char)('0' + (all->run[i].end - all->run[i].at));
	way[all->count] = '\0';
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		if (strcmp(way, ways[i]) == 0)
			return true;
	}
	return false;
}

static bool same_gap(
    const struct going *g, const struct groups *all, size_t from, size_t to)
{
	size_t first = all->run[0].end;
	size_t n = all->run[1].at - first;

	return to - from == n && memcmp(g->p + from, g->p + first, n) == 0;
}

/* The same between all of them, and no more digits before or behind with the
 * same between. */
static bool alone(const struct going *g, const struct groups *all)
{
	const struct run *last = &all->run[all->count - 1];
	size_t begin = all->run[0].at, n = all->run[1].at - all->run[0].end;

	for (size_t i = 1; i + 1 < all->count; i++) {
		if (!same_gap(g, all, all->run[i].end, all->run[i + 1].at))
			return false;
	}
	if (begin > n && same_gap(g, all, begin - n, begin) &&
	    is_digit(g->p[begin - n - 1]))
		return false;
	return !(last->end + n < g->n &&
	    same_gap(g, all, last->end, last->end + n) &&
	    is_digit(g->p[last->end + n]));
}

/* Groups between hyphens with letters beside them are a UUID's. */
static bool of_uuid(const struct going *g, size_t from, size_t end)
{
	bool left = from > 1 && before(g, from) == '-' &&
	    is_word(g->p[from - 2]);
	bool right = at(g, end) == '-' && is_word(at(g, end + 1));

	return (left && !is_digit(g->p[from - 2])) ||
	    (right && !is_digit(at(g, end + 1))) || (left && right);
}

/* A number with a decimal point is no card's. */
static bool decimal(const struct going *g, size_t from, size_t end)
{
	char c = before(g, from);

	if ((c == '.' || c == ',') && from > 1 &&
	    is_digit(g->p[from - 2]) &&
	    (c == '.' || (g->p[from - 2] == '0' &&
			     !(from > 2 && is_word(g->p[from - 3])))))
		return true;
	return at(g, end) == '.' && is_digit(at(g, end + 1));
}

static bool card(const struct going *g, const struct groups *all)
{
	const struct run *first = &all->run[0];

	if (all->digits < CARD_MIN ||
	    !recognise_issuer(all->digit, all->digits) ||
	    !recognise_luhn(all->digit, all->digits))
		return false;
	if (all->count == 1)
		return !decimal(g, first->at, first->end);
	if (of_uuid(g, first->at, all->run[all->count - 1].end))
		return false;
	/* Two groups are a fraction more often. */
	return printed(all) || (all->count > 2 && alone(g, all));
}

/* The longest that begins here. */
void recognise_card(struct going *g, const struct run *r)
{
	struct groups all = {.count = 0};
	size_t i = r->at, end = 0;

	if (before(g, i) == '+' || (i > 1 && before(g, i) == '(' &&
				       g->p[i - 2] == '+'))
		return;
	while (i < g->n && add_group(g, &all, i)) {
		size_t last = all.run[all.count - 1].end;

		if (card(g, &all))
			end = last;
		i = next_group(g, last);
		if (!i)
			break;
	}
	if (!end)
		return;
	recognise_found(g, RECOGNISE_CARD, r->at, end);
	/* What is in it is no other card. */
	g->iban = end;
}

/* Area, group and serial of a social security number that may have been
 * issued. */
static bool issued(const char *area, const char *group, const char *serial)
{
	return memcmp(area, "000", 3) != 0 && memcmp(area, "666", 3) != 0 &&
	    area[0] != '9' && memcmp(group, "00", 2) != 0 &&
	    memcmp(serial, "0000", 4) != 0 &&
	    !(memcmp(area, "078", 3) == 0 && memcmp(group, "05", 2) == 0 &&
		memcmp(serial, "1120", 4) == 0) &&
	    !(memcmp(area, "219", 3) == 0 && memcmp(group, "09", 2) == 0 &&
		memcmp(serial, "9999", 4) == 0);
}

static bool sign_in(char c, const char *set)
{
	return c && strchr(set, c);
}

/* Whether the number goes on, before or behind, with such a sign. */
static bool goes_on(
    const struct going *g, size_t from, size_t end, const char *signs)
{
	return (from > 1 && sign_in(g->p[from - 1], signs) &&
		   is_word(g->p[from - 2])) ||
	    (end + 1 < g->n && sign_in(g->p[end], signs) &&
		is_word(g->p[end + 1]));
}

static void ssn(const struct going *g, const struct run *r)
{
	static const char *const labels[] = {"ssn", "social security", NULL};
	const char *p = g->p + r->at;
	size_t n = r->end - r->at, end = r->at + 11;
	char sep = at(g, r->end);
	struct run group, serial;

	if (n == 9 && issued(p, p + 3, p + 5) &&
	    recognise_label(g, r->at, labels))
		recognise_found(g, RECOGNISE_SSN, r->at, r->end);
	if (n != 3 || !sign_in(sep, "- .") || end > g->n)
		return;
	group = recognise_run(g, r->end + 1);
	serial = recognise_run(g, r->end + 4);
	if (group.digits != 2 || group.end != r->end + 3 ||
	    at(g, group.end) != sep || serial.digits != 4 ||
	    serial.end != end || !issued(p, p + 4, p + 7))
		return;
	if (!goes_on(g, r->at, end, "-./") &&
	    !(sep == ' ' && r->at > 1 && before(g, r->at) == ' ' &&
		is_digit(g->p[r->at - 2])) &&
	    !(sep == ' ' && at(g, end) == ' ' && is_digit(at(g, end + 1))))
		recognise_found(g, RECOGNISE_SSN, r->at, end);
}

/* A routing number of the American Bankers Association: the ranges that are in
 * use, and weights 3, 7, 1. */
static bool aba(const char *p)
{
	unsigned head = (unsigned)(p[0] - '0') * 10 + (unsigned)(p[1] - '0');
	unsigned sum = 0;

	for (size_t i = 0; i < 9; i++)
		sum += (unsigned)(p[i] - '0') * (i % 3 == 0 ? 3 : i % 3 == 1
				? 7 : 1);
	return sum && sum % 10 == 0 &&
	    ((head >= 1 && head <= 12) || (head >= 21 && head <= 32) ||
		(head >= 61 && head <= 72) || head == 80);
}

void recognise_numbers(struct going *g, const struct run *r)
{
	if (wants(g, RECOGNISE_ABA) && r->end - r->at == 9 &&
	    !goes_on(g, r->at, r->end, "-.+") && aba(g->p + r->at))
		recognise_found(g, RECOGNISE_ABA, r->at, r->end);
	if (wants(g, RECOGNISE_SSN))
		ssn(g, r);
	if (wants(g, RECOGNISE_PHONE) && r->end - r->at > 2 &&
	    memcmp(g->p + r->at, "00", 2) == 0)
		recognise_phone(g, r->at);
	if (wants(g, RECOGNISE_CARD) && r->end - r->at <= CARD_MAX)
		recognise_card(g, r);
}
