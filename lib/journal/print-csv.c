/* SPDX-License-Identifier: ISC */
/* Records for spreadsheets: RFC 4180, with a header line. */
#include "journal/print.h"

#include <string.h>

#include "base/utf8.h"
#include "journal/printable.h"

/* What goes before a formula and is no part of it: blanks of all kinds. */
static size_t lead(struct span s)
{
	static const char *const blanks[] = {" ", "\xc2\xa0", "\xe3\x80\x80",
	    "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe1\x9a\x80"};
	size_t i = 0, from;

	do {
		struct span rest;

		from = i;
		rest = (struct span){s.p + i, s.n - i};
		for (size_t k = 0; k < sizeof(blanks) / sizeof(*blanks); k++) {
			if (span_starts(rest, blanks[k]))
				i = from + strlen(blanks[k]);
		}
		/* U+2000 to U+200A */
		if (span_starts(rest, "\xe2\x80") && rest.n > 2 &&
		    (unsigned char)rest.p[2] <= 0x8a)
			i = from + 3;
	} while (i > from);
	return i;
}

/* A spreadsheet takes what begins so for a formula, and may run it; also in
 * full width, where it was set to Japanese. */
static bool formula(struct span s)
{
	static const char *const wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b",
	    "\xef\xbc\x8d", "\xef\xbc\xa0"};
	size_t blanks = lead(s);
	struct span rest = {s.p + blanks, s.n - blanks};

	if (rest.n > 0 && strchr("=+-@\t\r\n", rest.p[0]))
		return true;
	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++) {
		if (span_starts(rest, wide[i]))
			return true;
	}
	return false;
}

/* What is not seen, or turns the rest around, is named; but on a terminal
 * alone the ends of lines, which a cell may have. */
static void add_seen(struct print *p, struct span s)
{
	size_t step;

	for (size_t i = 0; i < s.n; i += step) {
		step = utf8_char(s.p + i, s.n - i);
		if (step == 0)
			break;
		if (!p->terminal && strchr("\t\r\n", s.p[i]))
			buf_addc(&p->scratch, s.p[i]);
		else
			printable_char(&p->scratch, s.p + i, step);
	}
}

void print_csv_cell(struct print *p, struct span s, struct buf *out)
{
	bool quoted = formula(s) || memchr(s.p, ',', s.n) ||
	    memchr(s.p, '"', s.n) || memchr(s.p, '\n', s.n) ||
	    memchr(s.p, '\r', s.n);

	buf_reset(&p->scratch);
	add_seen(p, s);
	s = buf_span(&p->scratch);
	if (quoted)
		buf_addc(out, '"');
	if (formula(s))
		buf_addc(out, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_addc(out, '"');
		buf_addc(out, s.p[i]);
	}
	if (quoted)
		buf_addc(out, '"');
}

static void begin(struct print *p, struct buf *out)
{
	for (size_t i = 0; i < p->fields; i++) {
		if (i)
			buf_addc(out, ',');
		buf_adds(out, field_name(p->field[i]));
	}
	buf_adds(out, "\r\n");
}

static void record(struct print *p, struct fields *v, struct buf *out)
{
	for (size_t i = 0; i < p->fields; i++) {
		if (i)
			buf_addc(out, ',');
		buf_reset(&p->value);
		if (fields_get(v, p->field[i], &p->value))
			print_csv_cell(p, buf_span(&p->value), out);
	}
	buf_adds(out, "\r\n");
}

const struct print_format print_csv = {"csv", true, begin, record};
