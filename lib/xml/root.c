/* SPDX-License-Identifier: ISC */
/* An element from its outside. */
#include "xml/root.h"

#include <stdlib.h>

#include "base/mem.h"
#include "xml/stanza.h"

void xml_root_reset(struct xml_root *r)
{
	struct xml_root kept = {.child = r->child,
	    .child_cap = r->child_cap,
	    .values = r->values};

	buf_reset(&kept.values);
	*r = kept;
}

void xml_root_release(struct xml_root *r)
{
	if (!r)
		return;
	free(r->child);
	buf_release(&r->values);
	*r = (struct xml_root){0};
}

static struct span *slot(struct xml_root *r, struct span name)
{
	if (span_is(name, "from"))
		return &r->from;
	if (span_is(name, "to"))
		return &r->to;
	if (span_is(name, "type"))
		return &r->type;
	if (span_is(name, "version"))
		return &r->version;
	return span_is(name, "id") ? &r->id : NULL;
}

void xml_root_attributes(struct xml_root *r, int count,
    const unsigned char **five)
{
	size_t need = 0;

	for (int i = 0; i < count; i++)
		need += (size_t)(five[5 * i + 4] - five[5 * i + 3]);
	buf_room(&r->values, need + 1); /* so that it does not move */
	for (int i = 0; i < count; i++, five += 5) {
		struct span *s = slot(r, span_of((const char *)five[0]));

		if (!s || five[1])
			continue;
		*s = (struct span){r->values.data + r->values.len,
		    (size_t)(five[4] - five[3])};
		buf_add(&r->values, (const char *)five[3], s->n);
	}
}

void xml_root_child(struct xml_root *r, struct span local, struct span ns)
{
	if (r->children == r->child_cap) {
		r->child_cap = r->child_cap ? 2 * r->child_cap : 16;
		r->child =
		    mem_resize(r->child, r->child_cap, sizeof(*r->child));
	}
	r->child[r->children++] = (struct xml_child){local, ns};
}

bool xml_root_stamp(struct xml_root *r, struct buf *out, struct span from)
{
	static const char name[] = " from=\"";
	size_t lead = sizeof(name) - 1, before = out->len;
	struct buf add = BUF_EMPTY;

	if (r->from_at) {
		stanza_escape_attr(&add, from);
		buf_splice(out, r->from_at, r->from_len, add.data, add.len);
		r->from_len = add.len;
	} else if (r->attrs < STANZA_ATTRS_MAX) {
		buf_add(&add, name, lead);
		stanza_escape_attr(&add, from);
		r->from_at = r->attrs_end + lead;
		r->from_len = add.len - lead;
		buf_addc(&add, '"');
		buf_splice(out, r->attrs_end, 0, add.data, add.len);
		r->attrs++;
	} else {
		return false;
	}
	r->attrs_end += out->len - before;
	buf_release(&add);
	return true;
}
