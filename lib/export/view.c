/* SPDX-License-Identifier: ISC */
/* What all formats say of a view. */
#include <string.h>

#include "export/mime.h"
#include "export/writer.h"

const struct format *format_from(const char *name)
{
	static const struct format *const formats[] = {&format_eml,
	    &format_mbox, &format_rsmf, &format_html, &format_vcon};

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	}
	return NULL;
}

void writer_release(struct writer *w)
{
	digest_free(w->digest);
	enclosures_release(&w->files);
	buf_release(&w->scratch);
	buf_release(&w->text);
	buf_release(&w->page);
	buf_release(&w->line);
}

uint32_t view_next(const struct view *v, size_t i)
{
	while (i < v->end && v->talk->item[i].of != TALK_NONE)
		i++;
	return i < v->end ? (uint32_t)i : TALK_NONE;
}

void records_begin(struct records *r, const struct talk *t,
    const struct item *i)
{
	*r = (struct records){t, i, i->change, i->copy};
}

const struct copy *records_next(struct records *r)
{
	const struct copy *c;

	while (r->copy == TALK_NONE && r->change != TALK_NONE) {
		r->copy = r->talk->item[r->change].copy;
		r->change = r->talk->item[r->change].next;
	}
	if (r->copy == TALK_NONE)
		return NULL;
	c = &r->talk->copy[r->copy];
	r->copy = c->next;
	return c;
}

int64_t view_last(const struct view *v)
{
	int64_t last = INT64_MIN;

	for (uint32_t i = view_next(v, v->first); i != TALK_NONE;
	     i = view_next(v, i + 1)) {
		if (v->talk->item[i].micros > last)
			last = v->talk->item[i].micros;
	}
	return last;
}

void view_title(const struct writer *w, const struct view *v, struct buf *b)
{
	const struct talk *t = v->talk;

	talk_title(t, b);
	if (!w->whole) {
		buf_adds(b, ", ");
		times_date(b, t->day);
	}
	if (t->part > 1)
		buf_addf(b, ", part %u", t->part);
	if (t->late)
		buf_adds(b, ", recorded later");
}

void view_digest(struct writer *w, const struct view *v, char out[DIGEST_HEX])
{
	const struct talk *t = v->talk;
	struct span name = talk_at(t, t->name);

	digest_begin(w->digest);
	digest_add(w->digest, name.p, name.n);
	for (uint32_t i = view_next(v, v->first); i != TALK_NONE;
	     i = view_next(v, i + 1)) {
		const struct copy *c;
		struct records r;

		records_begin(&r, t, &t->item[i]);
		while ((c = records_next(&r))) {
			struct span id = talk_at(t, c->id);

			digest_add(w->digest, id.p, id.n);
		}
	}
	digest_hex(w->digest, out);
}

void view_thread(struct writer *w, const struct view *v, char out[DIGEST_HEX])
{
	struct span name = talk_at(v->talk, v->talk->name);

	digest_begin(w->digest);
	digest_add(w->digest, "thread", 6);
	digest_add(w->digest, name.p, name.n);
	digest_hex(w->digest, out);
}

void view_message_id(struct writer *w, const struct view *v, struct buf *b)
{
	char hex[DIGEST_HEX];

	view_digest(w, v, hex);
	buf_addf(b, "<%.40s@cup.invalid>", hex);
}

void change_title(const struct talk *t, const struct item *c, struct buf *b)
{
	static const char *const words[] = {[ITEM_SAID] = "",
	    [ITEM_CORRECTION] = "corrected", [ITEM_RETRACTION] = "retracted",
	    [ITEM_REACTION] = "reaction"};

	buf_adds(b, words[c->kind]);
	buf_addc(b, ' ');
	times_short(t->times, b, c->micros);
	buf_adds(b, " by ");
	buf_addspan(b, talk_who(t, c->author));
}
