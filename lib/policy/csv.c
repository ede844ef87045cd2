/* SPDX-License-Identifier: ISC */
/* Tables in CSV (RFC 4180): the first column is the entries. */
#include "policy/internal.h"

struct csv {
	struct policy *policy;
	struct policy_table *table;
	size_t source;
	char *p, *end;
	char separator;
	unsigned long line;
};

bool csv_is(struct span path)
{
	return path.n > 4 && path.p[path.n - 4] == '.' &&
	       (path.p[path.n - 3] | 0x20) == 'c' &&
	       (path.p[path.n - 2] | 0x20) == 's' &&
	       (path.p[path.n - 1] | 0x20) == 'v';
}

static bool ends_row(const struct csv *c)
{
	return c->p == c->end || *c->p == '\n' ||
	       (*c->p == '\r' && c->p + 1 < c->end && c->p[1] == '\n');
}

/* Over "...", where "" is a quote and lines may end; what it says goes back to
 * where it begins. */
static bool take_quoted(struct csv *c, struct span *value)
{
	struct place open = {c->source, c->line};
	char *from = ++c->p, *to = from;

	while (c->p < c->end && !(*c->p == '"' &&
		   (c->p + 1 == c->end || c->p[1] != '"'))) {
		if (*c->p == '"')
			c->p++;
		c->line += *c->p == '\n';
		*to++ = *c->p++;
	}
	if (c->p == c->end) {
		policy_fault(c->policy, open, "the quote is never closed");
		return false;
	}
	c->p++;
	*value = (struct span){from, (size_t)(to - from)};
	if (ends_row(c) || *c->p == c->separator)
		return true;
	policy_fault(c->policy, open, "a quote ends in the middle of a value");
	return false;
}

static bool take_value(struct csv *c, struct span *value)
{
	char *from = c->p;

	if (c->p < c->end && *c->p == '"')
		return take_quoted(c, value);
	while (!ends_row(c) && *c->p != c->separator)
		c->p++;
	*value = (struct span){from, (size_t)(c->p - from)};
	return true;
}

static struct span trim(struct span s)
{
	while (s.n && strchr(" \t", s.p[0]))
		s = (struct span){s.p + 1, s.n - 1};
	while (s.n && strchr(" \t\r\n", s.p[s.n - 1]))
		s.n--;
	return s;
}

static bool read_row(struct csv *c)
{
	struct place at = {c->source, c->line};
	struct span value = {NULL, 0}, other;

	if (!take_value(c, &value))
		return false;
	while (!ends_row(c)) {
		c->p++; /* the separator */
		if (!take_value(c, &other))
			return false;
	}
	c->p += c->p < c->end && *c->p == '\r';
	c->p += c->p < c->end;
	c->line++;
	value = trim(value);
	if (value.n && memchr(value.p, '\n', value.n)) {
		policy_fault(c->policy, at, "an entry on several lines");
		return false;
	}
	if (value.n)
		entries_add(&c->table->entries,
		    (struct entry){value, false, at});
	return true;
}

/* The first of these outside of quotes in the first row; some programs write
 * semicolons or TABs. */
static char find_separator(const struct csv *c)
{
	bool quoted = false;

	for (const char *p = c->p; p < c->end && (quoted || *p != '\n'); p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (!quoted && strchr(",;\t", *p))
			return *p;
	}
	return ',';
}

bool csv_read(
    struct policy *p, struct policy_table *t, size_t source, bool header)
{
	struct source *s = &p->source[source];
	struct csv c = {p, t, source, s->text, s->text + s->len, ',', 1};

	/* Where a byte order mark was, blanks are now. */
	while (c.p < c.end && *c.p == ' ')
		c.p++;
	c.separator = find_separator(&c);
	while (c.p < c.end) {
		if (!read_row(&c))
			return false;
		if (header)
			t->entries.count = 0;
		header = false;
	}
	return true;
}
