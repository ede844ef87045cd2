/* SPDX-License-Identifier: ISC */
/* Records for spreadsheets: RFC 4180, with a header line. */
#include "print.h"

#include <string.h>

#include "show.h"

/* A spreadsheet takes what begins so for a formula, and may run it. */
static bool formula(struct span s)
{
	return s.n > 0 && strchr("=+-@\t\r\n", s.p[0]);
}

static void cell(struct print *p, struct span s, struct buf *out)
{
	bool quoted = formula(s) || memchr(s.p, ',', s.n) ||
	    memchr(s.p, '"', s.n) || memchr(s.p, '\n', s.n) ||
	    memchr(s.p, '\r', s.n);

	if (p->terminal) {
		buf_reset(&p->scratch);
		show_text(&p->scratch, s);
		s = buf_span(&p->scratch);
	}
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
		buf_adds(out, view_name(p->field[i]));
	}
	buf_adds(out, "\r\n");
}

static void record(struct print *p, struct view *v, struct buf *out)
{
	for (size_t i = 0; i < p->fields; i++) {
		if (i)
			buf_addc(out, ',');
		buf_reset(&p->value);
		if (view_get(v, p->field[i], &p->value))
			cell(p, buf_span(&p->value), out);
	}
	buf_adds(out, "\r\n");
}

const struct print_format print_csv = {"csv", true, begin, record};
