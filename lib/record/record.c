/* SPDX-License-Identifier: ISC */
/* Records: reading and writing their line. */
#include "record/record.h"

#include <stdint.h>
#include <string.h>

#include "base/digest.h"
#include "base/stamp.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "record/files.h"
#include "record/review.h"
#include "xml/stanza.h"

static const char *const events[EVENTS] = {"send", "recv", "login", "logout",
    "done", "review", "upload"};
static const char *const verdicts[VERDICTS] = {"-", "pass", "hold", "reject",
    "drop", "deliver", "return", "discard"};

static int word_from(struct span s, const char *const *words, int count)
{
	for (int i = 0; i < count; i++) {
		if (span_is(s, words[i]))
			return i;
	}
	return -1;
}

const char *event_name(enum event e)
{
	return events[e];
}

const char *verdict_name(enum verdict v)
{
	return verdicts[v];
}

int event_from(struct span s)
{
	return word_from(s, events, EVENTS);
}

int verdict_from(struct span s)
{
	return word_from(s, verdicts, VERDICTS);
}

bool record_fits(enum event e, const struct stanza *s)
{
	if (e == EVENT_SEND || e == EVENT_RECV)
		return stanza_is_stanza(s);
	if (e == EVENT_UPLOAD)
		return s->nodes && stanza_is(s, 0, FILES_NS, "file");
	return s->nodes && span_is(s->node[0].ns,
	    e == EVENT_REVIEW ? REVIEW_NS : RECORD_NS);
}

bool record_absent(const struct record *r, enum record_field f)
{
	return r->field[f].n == 1 && r->field[f].p[0] == '-';
}

void record_set_verdict(struct record *r, enum verdict v)
{
	r->verdict = v;
	r->field[RECORD_VERDICT] = span_of(verdicts[v]);
}

void record_begin_anew(struct record *r)
{
	struct review_reason released;

	if (!record_absent(r, RECORD_ORIGINAL)) {
		r->field[RECORD_STANZA] = r->field[RECORD_ORIGINAL];
		r->field[RECORD_ORIGINAL] = span_of("-");
	}
	r->field[RECORD_REASON] = review_reason_read(
	    r->field[RECORD_REASON], &released)
		? released.whole
		: span_of("-");
	record_set_verdict(r, VERDICT_NONE);
}

static bool token_valid(struct span s)
{
	return s.n > 0 && s.n <= RECORD_TOKEN_MAX && !memchr(s.p, ' ', s.n);
}

static bool element_like(struct span s)
{
	return s.n > 3 && s.p[0] == '<' && s.p[s.n - 1] == '>';
}

static bool all_digits(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return s.n > 0 && s.n <= 19;
}

/* ALG:HEX@JOURNALID#SEQ */
static bool proof_valid(struct span s)
{
	const char *end = s.p + s.n;
	const char *colon = memchr(s.p, ':', s.n);
	const char *at = colon ? memchr(colon, '@', (size_t)(end - colon))
			       : NULL;
	const char *hash = at ? memchr(at, '#', (size_t)(end - at)) : NULL;

	return hash && colon > s.p && at - colon == DIGEST_HEX + 1 &&
	    uuid_valid(at + 1, (size_t)(hash - at - 1)) &&
	    all_digits((struct span){hash + 1, (size_t)(end - hash - 1)});
}

/* Also refuses controls: no TAB is left in a field, an LF never was, and CR
 * and the rest have no place in one. */
static const char *check_text(const char *line, size_t len)
{
	size_t good = utf8_line(line, len);

	if (good == len)
		return NULL;
	if (line[good] == '\r')
		return "has a carriage return";
	if (line[good] == '\n')
		return "has a line feed";
	return "is not UTF-8 or has a control character";
}

static const char *check_fields(struct record *r)
{
	int64_t when;
	int event = event_from(r->field[RECORD_EVENT]);
	int verdict = verdict_from(r->field[RECORD_VERDICT]);

	if (!uuid_valid(r->field[RECORD_ID].p, r->field[RECORD_ID].n))
		return "has a bad id";
	if (!stamp_read(r->field[RECORD_TIME].p, r->field[RECORD_TIME].n,
		&when))
		return "has a bad time";
	if (!token_valid(r->field[RECORD_NODE]))
		return "has a bad node";
	if (!token_valid(r->field[RECORD_SESSION]))
		return "has a bad session";
	if (event < 0)
		return "has an unknown event";
	if (verdict < 0)
		return "has an unknown verdict";
	if (r->field[RECORD_REASON].n == 0)
		return "has an empty reason";
	if (!record_absent(r, RECORD_PROOF) &&
	    !proof_valid(r->field[RECORD_PROOF]))
		return "has a bad proof";
	if (!element_like(r->field[RECORD_STANZA]))
		return "has no stanza";
	if (!record_absent(r, RECORD_ORIGINAL) &&
	    !element_like(r->field[RECORD_ORIGINAL]))
		return "has a bad original";
	r->event = (enum event)event;
	r->verdict = (enum verdict)verdict;
	return NULL;
}

const char *record_parse(struct record *r, const char *line, size_t len)
{
	const char *p = line, *end = line + len, *why;

	if (len > RECORD_LINE_MAX)
		return "is longer than 8 MiB";
	why = check_text(line, len);
	if (why)
		return why;
	for (int i = 0; i < RECORD_FIELDS; i++) {
		const char *tab = memchr(p, '\t', (size_t)(end - p));

		if (!tab && i < RECORD_FIELDS - 1)
			return "has fewer than ten fields";
		if (!tab)
			tab = end;
		r->field[i] = (struct span){p, (size_t)(tab - p)};
		p = tab < end ? tab + 1 : end;
	}
	p = r->field[RECORD_ORIGINAL].p + r->field[RECORD_ORIGINAL].n;
	r->extra = (struct span){p, (size_t)(end - p)};
	return check_fields(r);
}

void record_move(struct record *r, const char *from, const char *to)
{
	for (int i = 0; i < RECORD_FIELDS; i++)
		r->field[i].p = to + (r->field[i].p - from);
	r->extra.p = to + (r->extra.p - from);
}

/* Whether b stands behind a in a line, with a TAB between. */
static bool follows(struct span a, struct span b)
{
	return b.p == a.p + a.n + 1 && a.p[a.n] == '\t';
}

void record_write(struct buf *b, const struct record *r)
{
	for (int i = 0; i < RECORD_FIELDS; i++) {
		struct span run = r->field[i];

		while (i + 1 < RECORD_FIELDS && follows(run, r->field[i + 1]))
			run.n += 1 + r->field[++i].n;
		buf_addspan(b, run);
		if (i + 1 < RECORD_FIELDS)
			buf_addc(b, '\t');
	}
	buf_addspan(b, r->extra);
	buf_addc(b, '\n');
}

bool reason_name_valid(struct span s)
{
	if (s.n == 0 || s.n > 64 || s.p[0] == '-' || s.p[0] == '.')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9');

		if (!alnum && c != '_' && c != '-' && c != '.')
			return false;
	}
	return true;
}

/* Whether RULE@TAG, ended by ':', ';' or the end, begins at s; *len is its
 * length. */
static bool reason_head(struct span s, struct reason *r, size_t *len)
{
	const char *at = memchr(s.p, '@', s.n < 65 ? s.n : 65);
	size_t n;

	if (!at)
		return false;
	r->rule = (struct span){s.p, (size_t)(at - s.p)};
	for (n = r->rule.n + 1; n < s.n; n++) {
		if (s.p[n] == ':' || s.p[n] == ';' || s.p[n] == ' ')
			break;
	}
	r->tag = (struct span){at + 1, n - r->rule.n - 1};
	*len = n;
	if (n < s.n && s.p[n] == ' ')
		return false;
	return reason_name_valid(r->rule) && reason_name_valid(r->tag);
}

/* Offset in s of the next "; RULE@TAG", s.n if there is none. */
static size_t reason_end(struct span s)
{
	struct reason ignored;
	size_t len;

	for (size_t i = 0; i + 2 < s.n; i++) {
		struct span rest = {s.p + i + 2, s.n - i - 2};

		if (s.p[i] == ';' && s.p[i + 1] == ' ' &&
		    reason_head(rest, &ignored, &len))
			return i;
	}
	return s.n;
}

bool reason_next(struct span *field, struct reason *r)
{
	struct span s = *field;
	size_t head = 0, end;

	if (s.n == 0 || span_is(s, "-"))
		return false;
	end = reason_end(s);
	*r = (struct reason){{s.p, 0}, {s.p, 0}, {NULL, 0}};
	if (!reason_head((struct span){s.p, end}, r, &head)) {
		/* Not of our making, yet it is why: all of it is text. */
		r->rule = r->tag = (struct span){s.p, 0};
		r->text = (struct span){s.p, end};
	} else if (head < end) {
		size_t skip = head + 1;

		while (skip < end && s.p[skip] == ' ')
			skip++;
		r->text = (struct span){s.p + skip, end - skip};
	}
	*field = end < s.n ? (struct span){s.p + end + 2, s.n - end - 2}
			   : (struct span){s.p + s.n, 0};
	return true;
}

bool reason_last(struct span field, struct reason *r)
{
	bool found = false;

	while (reason_next(&field, r))
		found = true;
	return found;
}

bool record_extra_next(struct span *extra, struct span *field)
{
	const char *end;

	if (!extra->n)
		return false;
	end = memchr(extra->p + 1, '\t', extra->n - 1);
	field->p = extra->p;
	field->n = end ? (size_t)(end - extra->p) : extra->n;
	*extra = (struct span){extra->p + field->n, extra->n - field->n};
	return true;
}

struct span record_copies(const struct record *r)
{
	static const char name[] = "\t" RECORD_COPIES;
	const size_t n = sizeof(name) - 1;
	struct span extra = r->extra, field;

	while (record_extra_next(&extra, &field)) {
		if (span_starts(field, name))
			return (struct span){field.p + n, field.n - n};
	}
	return (struct span){"", 0};
}
