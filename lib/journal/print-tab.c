/* SPDX-License-Identifier: ISC */
/* Records for scripts: fields with a TAB between. */
#include "journal/print.h"

#include "base/utf8.h"
#include "journal/printable.h"

/* What would break the line is written as in C. */
static char letter(char c)
{
	switch (c) {
	case '\t':
		return 't';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	default:
		return c == '\\' ? c : 0;
	}
}

static void escape(struct buf *out, struct span s, bool terminal)
{
	while (s.n > 0) {
		size_t step = printable_plain(s);
		char c;

		buf_add(out, s.p, step);
		s = (struct span){s.p + step, s.n - step};
		step = s.n ? utf8_char(s.p, s.n) : 0;
		if (step == 0)
			break;
		c = letter(s.p[0]);
		if (c) {
			buf_addc(out, '\\');
			buf_addc(out, c);
		} else if (terminal) {
			printable_char(out, s.p, step);
		} else {
			buf_add(out, s.p, step);
		}
		s = (struct span){s.p + step, s.n - step};
	}
}

/* An absent value is "-", so one that is a hyphen has to look different. */
void print_tab_value(const struct print *p, struct span value, struct buf *out)
{
	if (!value.p)
		buf_addc(out, '-');
	else if (span_is(value, "-"))
		buf_adds(out, "\\-");
	else
		escape(out, value, p->terminal);
}

static void record(struct print *p, struct fields *v, struct buf *out)
{
	for (size_t i = 0; i < p->fields; i++) {
		if (i)
			buf_addc(out, '\t');
		buf_reset(&p->value);
		print_tab_value(p, fields_get(v, p->field[i], &p->value)
			? buf_span(&p->value)
			: (struct span){NULL, 0}, out);
	}
	buf_addc(out, '\n');
}

const struct print_format print_tab = {"tab", true, NULL, record};
