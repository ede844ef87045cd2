/* SPDX-License-Identifier: ISC */
/* The shape of a stanza. */
#include "xml/shape.h"

/* Of what XML calls white space all but the blank is a reference in canonical
 * form. */
static bool is_blank(struct span raw)
{
	static const char *const blanks[] = {" ", "&#x9;", "&#xA;", "&#xD;"};

	while (raw.n) {
		size_t n = 0;

		for (size_t i = 0; i < sizeof(blanks) / sizeof(*blanks); i++) {
			if (span_starts(raw, blanks[i]))
				n = strlen(blanks[i]);
		}
		if (!n)
			return false;
		raw = (struct span){raw.p + n, raw.n - n};
	}
	return true;
}

/* No name and no namespace, as they are written, has a line feed in it. */
static void add_name(struct buf *b, char sort, struct span ns, struct span local)
{
	buf_addc(b, sort);
	buf_addspan(b, local);
	buf_addc(b, '\n');
	buf_addspan(b, ns);
	buf_addc(b, '\n');
}

/* How far up the parent is says where the elements before it end. */
static void add_place(struct buf *b, uint32_t up)
{
	for (; up; up >>= 7)
		buf_addc(b, (char)((up & 0x7f) | (up > 0x7f ? 0x80 : 0)));
	buf_addc(b, '\n');
}

bool shape_write(struct buf *b, const struct stanza *s, size_t max)
{
	size_t from = b->len;

	for (uint32_t i = 0; i < s->nodes; i++) {
		const struct stanza_node *n = &s->node[i];

		if (b->len - from > max)
			return false;
		if (i)
			add_place(b, i - n->parent);
		if (!n->name.n) {
			buf_addc(b, is_blank(n->raw) ? ' ' : '"');
			continue;
		}
		add_name(b, '<', n->ns, n->local);
		for (uint32_t k = n->attr; k < n->attr + n->attrs; k++)
			add_name(b, '@', s->attr[k].ns, s->attr[k].local);
	}
	return b->len - from <= max;
}
