/* SPDX-License-Identifier: ISC */
/* The line that tells of a slot. */
#include "record/slot.h"

#include <inttypes.h>

#include "base/percent.h"
#include "base/quantity.h"
#include "base/utf8.h"
#include "record/files.h"
#include "record/record.h"

enum { PUT, GET, FROM, SESSION, NAME, SIZE, TYPE, FIELDS };

static void put(struct buf *b, struct span value)
{
	buf_addc(b, '\t');
	/* A value that is "-" is not taken for an absent one. */
	if (span_is(value, "-"))
		buf_adds(b, "%2D");
	else if (value.n)
		percent_encode(b, value);
	else
		buf_addc(b, '-');
}

void slot_write(struct buf *b, const struct slot *s)
{
	buf_adds(b, "slot");
	put(b, s->put);
	put(b, s->get);
	put(b, s->from);
	put(b, s->session);
	put(b, s->name);
	buf_addf(b, "\t%" PRIu64, s->size);
	put(b, s->type);
	buf_addc(b, '\n');
}

/* Take the next field off. */
static bool next(struct span *rest, struct span *field, struct buf *chars)
{
	struct span raw;
	const char *end;

	if (rest->n == 0 || rest->p[0] != '\t')
		return false;
	raw.p = rest->p + 1;
	end = memchr(raw.p, '\t', rest->n - 1);
	raw.n = end ? (size_t)(end - raw.p) : rest->n - 1;
	*rest = (struct span){raw.p + raw.n, rest->n - 1 - raw.n};
	field->p = chars->data + chars->len;
	if (!span_is(raw, "-"))
		percent_decode(chars, raw);
	field->n = (size_t)(chars->data + chars->len - field->p);
	return true;
}

static bool session_valid(struct span s)
{
	return s.n > 0 && s.n <= RECORD_TOKEN_MAX && !memchr(s.p, ' ', s.n);
}

/* Controls have no place in a record; what is more is refused, not cut. */
static bool text_valid(struct span s)
{
	return s.n <= FILES_NAME_MAX && utf8_line(s.p, s.n) == s.n;
}

static const char *check(const struct slot *s)
{
	if (!slot_target(s->put).p || !slot_target(s->get).p)
		return "has a bad URL";
	if (!session_valid(s->session) || !text_valid(s->session))
		return "has a bad session";
	if (s->from.n == 0 || !text_valid(s->from))
		return "has a bad address";
	if (s->name.n == 0 || !text_valid(s->name))
		return "has a bad name";
	return text_valid(s->type) ? NULL : "has a bad type";
}

const char *slot_read(struct slot *s, struct span line, struct buf *chars)
{
	struct span field[FIELDS], rest = line;

	if (line.n > SLOT_LINE_MAX)
		return "is too long";
	if (!span_starts(line, "slot\t"))
		return "tells of no slot";
	rest = (struct span){line.p + 4, line.n - 4};
	buf_reset(chars);
	buf_room(chars, line.n + 1);
	for (int i = 0; i < FIELDS; i++) {
		if (!next(&rest, &field[i], chars))
			return "has too few fields";
	}
	if (rest.n)
		return "has too many fields";
	*s = (struct slot){field[PUT], field[GET], field[FROM],
	    field[SESSION], field[NAME], field[TYPE], 0};
	if (!quantity_digits(field[SIZE], &s->size))
		return "has a bad size";
	return check(s);
}

/* Offset of what is behind the authority; 0: it is no such URL. */
static size_t authority_end(struct span url)
{
	size_t i = span_starts(url, "https://") ? 8
	    : span_starts(url, "http://")	? 7
						: 0;
	size_t start = i;

	if (!i || url.n > FILES_URL_MAX)
		return 0;
	for (size_t k = 0; k < url.n; k++) {
		if (url.p[k] <= ' ' || url.p[k] >= 0x7f || url.p[k] == '#')
			return 0;
	}
	while (i < url.n && url.p[i] != '/' && url.p[i] != '?')
		i++;
	return i > start ? i : 0;
}

struct span slot_target(struct span url)
{
	size_t end = authority_end(url);

	if (!end || end == url.n || url.p[end] != '/')
		return (struct span){NULL, 0};
	return (struct span){url.p + end, url.n - end};
}

struct span slot_site(struct span url)
{
	return (struct span){slot_target(url).p ? url.p : NULL,
	    authority_end(url)};
}
