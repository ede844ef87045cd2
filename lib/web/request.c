/* SPDX-License-Identifier: ISC */
/* Reading the head of an HTTP request. */
#include "web/request.h"

#include <string.h>
#include <strings.h>

static const char token_marks[] = "!#$%&'*+-.^_`|~";
/* Of an origin-form target: RFC 3986's pchar, '/' and '?'. */
static const char target_marks[] = "-._~!$&'()*+,;=:@%/?";
static const char host_marks[] = "-._~%:[]";

static bool alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

static bool made_of(struct span s, const char *marks)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!alnum(s.p[i]) && (!s.p[i] || !strchr(marks, s.p[i])))
			return false;
	}
	return s.n > 0;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct span trim(struct span s)
{
	while (s.n && blank(*s.p))
		s = (struct span){s.p + 1, s.n - 1};
	while (s.n && blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool request_same(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0);
}

/* Cut s at the first c: what was before it; .p NULL if there is none. */
static struct span cut(struct span *s, char c)
{
	const char *at = s->n ? memchr(s->p, c, s->n) : NULL;
	struct span before = {NULL, 0};

	if (!at)
		return before;
	before = (struct span){s->p, (size_t)(at - s->p)};
	*s = (struct span){at + 1, s->n - before.n - 1};
	return before;
}

/* RFC 9112 section 3. Returns 0, or the error. */
static unsigned first_line(struct request *r, struct span line)
{
	struct span target, query;

	r->method = cut(&line, ' ');
	target = cut(&line, ' ');
	if (!made_of(r->method, token_marks) || !target.p ||
	    !made_of(target, target_marks) || target.p[0] != '/')
		return 400;
	if (!span_starts(line, "HTTP/") || line.n != 8)
		return 400;
	r->old = span_is(line, "HTTP/1.0");
	if (!r->old && !span_is(line, "HTTP/1.1"))
		return 505;
	query = target;
	r->path = cut(&query, '?');
	if (!r->path.p)
		r->path = target;
	return 0;
}

/* RFC 9112 section 5: no blank before the colon, no folding. */
static unsigned field_line(struct request *r, struct span line)
{
	struct span value = line, name = cut(&value, ':');

	if (r->fields == REQUEST_FIELDS_MAX)
		return 431;
	if (!made_of(name, token_marks))
		return 400;
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return 400;
	}
	r->field[r->fields++] = (struct request_field){name, trim(value)};
	return 0;
}

/* What the fields say together. */
static unsigned sense(struct request *r)
{
	size_t hosts = request_count(r, "Host");
	struct span length = request_get(r, "Content-Length", 0);

	if (request_count(r, "Transfer-Encoding") ||
	    request_count(r, "Content-Length") > 1 ||
	    (length.p && !span_is(length, "0")))
		return 400;
	if (hosts > 1 || (hosts == 0 && !r->old))
		return 400;
	r->host = request_get(r, "Host", 0);
	return hosts && !made_of(r->host, host_marks) ? 400 : 0;
}

/* Whether nothing in the rest of a line is out of place in any. */
static bool line_begins(struct span rest, bool first)
{
	if (first && rest.n && !alnum(*rest.p) &&
	    (!*rest.p || !strchr(token_marks, *rest.p)))
		return false;
	return !rest.n || !memchr(rest.p, '\0', rest.n);
}

enum request_found request_read(struct request *r, struct span data,
    unsigned *status)
{
	struct span rest = data, line;

	*r = (struct request){.fields = 0};
	*status = 0;
	for (size_t lines = 0; (line = cut(&rest, '\n')).p; lines++) {
		r->len = data.n - rest.n;
		if (r->len > REQUEST_HEAD_MAX)
			break;
		if (!line.n || line.p[--line.n] != '\r')
			*status = 400;
		else if (lines && !line.n)
			*status = sense(r);
		else
			*status = lines ? field_line(r, line)
					: first_line(r, line);
		if (*status)
			return REQUEST_BAD;
		if (lines && !line.n)
			return REQUEST_WHOLE;
	}
	if (data.n >= REQUEST_HEAD_MAX)
		*status = 431;
	else if (!line_begins(rest, rest.p == data.p))
		*status = 400;
	return *status ? REQUEST_BAD : REQUEST_MORE;
}

struct span request_get(const struct request *r, const char *name, size_t nth)
{
	for (size_t i = 0; i < r->fields; i++) {
		if (request_same(r->field[i].name, span_of(name)) && nth-- == 0)
			return r->field[i].value;
	}
	return (struct span){NULL, 0};
}

size_t request_count(const struct request *r, const char *name)
{
	size_t n = 0;

	while (request_get(r, name, n).p)
		n++;
	return n;
}

struct span request_element(struct span *list)
{
	struct span all = *list;
	bool quoted = false;
	size_t n = 0;

	if (!all.p || !all.n)
		return (struct span){NULL, 0};
	for (; n < all.n && (quoted || all.p[n] != ','); n++) {
		if (all.p[n] == '"')
			quoted = !quoted;
		else if (quoted && all.p[n] == '\\' && n + 1 < all.n)
			n++;
	}
	*list = n < all.n ? (struct span){all.p + n + 1, all.n - n - 1}
			  : (struct span){NULL, 0};
	return trim((struct span){all.p, n});
}

bool request_lists(const struct request *r, const char *name,
    const char *word)
{
	struct span list, element;

	for (size_t n = 0; (list = request_get(r, name, n)).p; n++) {
		while ((element = request_element(&list)).p) {
			if (request_same(element, span_of(word)))
				return true;
		}
	}
	return false;
}
