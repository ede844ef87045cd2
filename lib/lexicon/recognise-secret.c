/* SPDX-License-Identifier: ISC */
/* Tokens and keys, by how those who give them out write them. */
#include "lexicon/recognise-internal.h"

static bool base64url(char c)
{
	return (is_word(c) && (unsigned char)c != FLAT_LETTER) || c == '-' ||
	    c == '_';
}

static size_t segment(const struct going *g, size_t i)
{
	while (i < g->n && base64url(g->p[i]))
		i++;
	return i;
}

static int six(char c)
{
	if (is_upper(c))
		return c - 'A';
	if (is_lower(c))
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	return c == '-' || c == '+' ? 62 : 63;
}

/* Whether the segment stands for a JSON object that names its algorithm. */
static bool header(const struct going *g, size_t from, size_t end)
{
	enum { HEADER_MAX = 1024 };
	char text[HEADER_MAX];
	unsigned bits = 0, have = 0;
	size_t n = 0;

	for (size_t i = from; i < end && n < sizeof(text); i++) {
		bits = bits << 6 | (unsigned)six(g->p[i]);
		have += 6;
		if (have >= 8) {
			have -= 8;
			text[n++] = (char)(bits >> have & 0xff);
		}
	}
	for (size_t i = 0; n && text[0] == '{' && i + 5 <= n; i++) {
		if (memcmp(text + i, "\"alg\"", 5) == 0)
			return true;
	}
	return false;
}

/* Whether a token may begin here: behind no other character of one, but for
 * what sets it apart. */
static bool begins(const struct going *g, size_t i)
{
	char c = before(g, i);

	return !base64url(c) || (!is_word(c) && !(i > 1 &&
				     base64url(g->p[i - 2])));
}

/* RFC 7519 over RFC 7515: three segments, the last may be empty; over RFC
 * 7516: five. */
static void jwt(const struct going *g, size_t i)
{
	size_t first = segment(g, i), end = first, dots = 0;

	if (!begins(g, i) || at(g, first) != '.' ||
	    !header(g, i, first))
		return;
	while (at(g, end) == '.' && dots < 4) {
		size_t next = segment(g, end + 1);

		if (next == end + 1 && dots != 1 && dots != 0)
			break;
		end = next;
		dots++;
	}
	while (base64url(before(g, i)) && before(g, end) == before(g, i))
		end--;
	if (dots > 1)
		recognise_found(g, RECOGNISE_JWT, i, end);
}

static bool starts(const struct going *g, size_t i, const char *s)
{
	size_t n = strlen(s);

	return g->n - i >= n && memcmp(g->p + i, s, n) == 0;
}

/* GitHub's documentation, "About authentication": a prefix, and letters and
 * digits. */
static void github(const struct going *g, const struct run *r)
{
	static const char *const heads[] = {"ghp", "gho", "ghu", "ghs", "ghr"};
	struct run body;

	if (!begins(g, r->at) || at(g, r->end) != '_')
		return;
	body = recognise_run(g, r->end + 1);
	if (r->end - r->at == 6 && starts(g, r->at, "github_pat_")) {
		body = recognise_run(g, r->at + 11);
		if (body.end - body.at >= 22 && at(g, body.end) == '_') {
			body = recognise_run(g, body.end + 1);
			if (body.end - body.at >= 40)
				recognise_found(g, RECOGNISE_GITHUB, r->at,
				    body.end);
		}
		return;
	}
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		if (r->end - r->at == 3 && starts(g, r->at, heads[i]) &&
		    body.end - body.at >= 36 && body.end - body.at <= 255 &&
		    !body.foreign)
			recognise_found(
			    g, RECOGNISE_GITHUB, r->at, body.end);
	}
}

/* AWS's documentation, "IAM identifiers": the prefix says what the key is of;
 * 16 capital letters and digits follow. */
static void aws_id(const struct going *g, const struct run *r)
{
	static const char *const heads[] = {"AKIA", "ASIA", "ABIA", "ACCA",
	    "AGPA", "AIDA", "AIPA", "ANPA", "ANVA", "APKA", "AROA", "ASCA"};

	if (r->end - r->at != 20 || r->digits + r->uppers != 20)
		return;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		if (starts(g, r->at, heads[i]))
			recognise_found(g, RECOGNISE_AWS, r->at, r->end);
	}
}

static bool base64(char c)
{
	return (is_word(c) && (unsigned char)c != FLAT_LETTER) || c == '/' ||
	    c == '+';
}

/* The secret itself: 40 characters of base64 behind what it is called. */
static void aws_secret(const struct going *g, size_t i)
{
	enum { SECRET = 40 };
	static const char *const labels[] = {"secretaccesskey",
	    "secret_access_key", "secret access key", "secret key",
	    "secret_key", "aws_secret_access_key", "aws_secret_key", "aws_secret",
	    "secretkey", NULL};
	size_t end = i;

	if (base64(before(g, i)))
		return;
	while (end < g->n && end - i <= SECRET && base64(g->p[end]))
		end++;
	if (end - i == SECRET && recognise_label(g, i, labels))
		recognise_found(g, RECOGNISE_AWS, i, end);
}

void recognise_secrets(struct going *g, const struct run *r)
{
	if (wants(g, RECOGNISE_JWT) && starts(g, r->at, "eyJ"))
		jwt(g, r->at);
	if (wants(g, RECOGNISE_GITHUB) && g->p[r->at] == 'g' &&
	    r->end - r->at <= 6)
		github(g, r);
	if (wants(g, RECOGNISE_AWS)) {
		aws_id(g, r);
		aws_secret(g, r->at);
	}
}

/* Where s is next, SIZE_MAX if nowhere. */
static size_t find(const struct going *g, size_t i, size_t end, const char *s)
{
	size_t n = strlen(s);

	for (; i + n <= end; i++) {
		const char *p = memchr(g->p + i, s[0], end - n + 1 - i);

		if (!p)
			break;
		i = (size_t)(p - g->p);
		if (memcmp(p, s, n) == 0)
			return i;
	}
	return SIZE_MAX;
}

/* What is of a key though its end is missing. */
static size_t body_end(const struct going *g, size_t i)
{
	while (i < g->n && (base64(g->p[i]) || strchr("=\n\r ", g->p[i])))
		i++;
	return i;
}

/* RFC 7468: from the line that begins a key to the one that ends it. */
void recognise_key(struct going *g, size_t i)
{
	enum { LABEL_MAX = 64 };
	static const char begin[] = "-----BEGIN ", finish[] = "-----END ";
	size_t line, end, last;

	if (!starts(g, i, begin))
		return;
	line = i + sizeof(begin) - 1;
	last = line + LABEL_MAX < g->n ? line + LABEL_MAX : g->n;
	line = find(g, line, last, "-----");
	if (line == SIZE_MAX ||
	    find(g, i, line, "PRIVATE KEY") == SIZE_MAX)
		return;
	/* Looked for once, however many begin before it. */
	if (!g->looked || g->key_end < line)
		g->key_end = find(g, line, g->n, finish);
	g->looked = true;
	end = g->key_end;
	if (end == SIZE_MAX) {
		end = body_end(g, line + 5);
	} else {
		end += sizeof(finish) - 1;
		last = end + LABEL_MAX < g->n ? end + LABEL_MAX : g->n;
		line = find(g, end, last, "-----");
		end = line == SIZE_MAX ? last : line + 5;
	}
	recognise_found(g, RECOGNISE_KEY, i, end);
}
