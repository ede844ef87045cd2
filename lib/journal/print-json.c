/* SPDX-License-Identifier: ISC */
/* Records as JSON (RFC 8259), an object a line. */
#include "journal/print.h"

#include "base/utf8.h"
#include "journal/printable.h"

static void unit(struct buf *out, unsigned value)
{
	buf_addf(out, "\\u%04x", value);
}

/* What cannot be seen is escaped although it need not be: it is the same to a
 * program, and a person sees that it is there. */
static void escape(struct buf *out, uint32_t point)
{
	if (point == '\n')
		buf_adds(out, "\\n");
	else if (point == '\t')
		buf_adds(out, "\\t");
	else if (point == '\r')
		buf_adds(out, "\\r");
	else if (point < 0x10000)
		unit(out, point);
	else {
		unit(out, 0xd800 + ((point - 0x10000) >> 10));
		unit(out, 0xdc00 + ((point - 0x10000) & 0x3ff));
	}
}

void print_json_string(struct buf *out, struct span s)
{
	buf_addc(out, '"');
	while (s.n > 0) {
		size_t step = printable_plain(s);
		uint32_t point;

		buf_add(out, s.p, step);
		s = (struct span){s.p + step, s.n - step};
		step = s.n ? utf8_char(s.p, s.n) : 0;
		if (step == 0)
			break;
		point = utf8_point(s.p, step);
		if (point == '"' || point == '\\')
			buf_addc(out, '\\');
		if (printable_hidden(point))
			escape(out, point);
		else
			buf_add(out, s.p, step);
		s = (struct span){s.p + step, s.n - step};
	}
	buf_addc(out, '"');
}

/* Every name is there in every object; null says that there is no value. */
static void record(struct print *p, struct fields *v, struct buf *out)
{
	buf_addc(out, '{');
	for (size_t i = 0; i < p->fields; i++) {
		if (i)
			buf_addc(out, ',');
		print_json_string(out, span_of(field_name(p->field[i])));
		buf_addc(out, ':');
		buf_reset(&p->value);
		if (!fields_get(v, p->field[i], &p->value))
			buf_adds(out, "null");
		else if (p->field[i] == FIELD_SEQ)
			buf_addspan(out, buf_span(&p->value));
		else
			print_json_string(out, buf_span(&p->value));
	}
	buf_adds(out, "}\n");
}

const struct print_format print_json = {"json", true, NULL, record};
