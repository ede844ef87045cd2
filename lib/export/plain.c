/* SPDX-License-Identifier: ISC */
/* A view as plain text: a transcript, and the ids of all records. */
#include <inttypes.h>

#include "export/writer.h"
#include "journal/columns.h"
#include "journal/printable.h"

enum { INDENT = 10 };

/* A text that flows on below an indent; nothing in it is hidden. */
static void put_text(struct buf *b, struct span text)
{
	struct columns c = {.out = b, .indent = INDENT, .column = INDENT};

	columns_text(&c, text);
	columns_release(&c);
}

static void put_line(struct buf *b, struct buf *scratch)
{
	buf_addf(b, "%*s", INDENT, "");
	put_text(b, buf_span(scratch));
	buf_addc(b, '\n');
	buf_reset(scratch);
}

static void put_marks(struct writer *w, const struct talk *t,
    const struct item *i, struct buf *b)
{
	buf_reset(&w->scratch);
	buf_adds(&w->scratch, "** ");
	if (talk_marks(t, i, &w->scratch))
		put_line(b, &w->scratch);
	buf_reset(&w->scratch);
}

static void put_file(struct writer *w, const struct talk *t,
    const struct attached *a, struct buf *b)
{
	buf_adds(&w->scratch, "file: ");
	buf_addspan(&w->scratch, talk_at(t, a->name));
	buf_addf(&w->scratch, ", %" PRIu64 " bytes, sha256 ", a->size);
	buf_addspan(&w->scratch, talk_at(t, a->sha256));
	for (size_t i = 0; i < w->files.count; i++) {
		const struct enclosure *e = &w->files.file[i];

		if (e->why && *e->why && span_same(talk_at(t, a->sha256),
					     talk_at(t, e->sha256)))
			buf_addf(&w->scratch, ", not attached: %s", e->why);
	}
	put_line(b, &w->scratch);
}

static void put_about(struct writer *w, const struct talk *t,
    const struct item *i, struct buf *b)
{
	static const char *const words[] = {[ITEM_SAID] = "[about ",
	    [ITEM_CORRECTION] = "[correction of ",
	    [ITEM_RETRACTION] = "[retracts ",
	    [ITEM_REACTION] = "[reaction to "};

	if (!i->about.n)
		return;
	buf_adds(b, words[i->kind]);
	if (i->parent != TALK_NONE) {
		buf_adds(b, "what ");
		buf_addspan(b, talk_who(t, t->item[i->parent].author));
		buf_adds(b, " said at ");
		times_clock(t->times, b, t->item[i->parent].micros);
	} else {
		buf_addspan(b, talk_at(t, i->about));
	}
	buf_adds(b, "] ");
	(void)w;
}

static void put_item(struct writer *w, const struct talk *t,
    const struct item *i, struct buf *b)
{
	struct buf *s = &w->scratch;

	buf_reset(s);
	times_clock(t->times, b, i->micros);
	buf_adds(b, "  ");
	buf_addspan(s, talk_who(t, i->author));
	buf_adds(s, ": ");
	buf_addspan(s, talk_at(t, i->label));
	put_about(w, t, i, s);
	buf_addspan(s, talk_at(t, i->words));
	put_text(b, buf_span(s));
	buf_addc(b, '\n');
	put_marks(w, t, i, b);
	for (size_t f = 0; f < i->files; f++)
		put_file(w, t, &t->file[i->file + f], b);
	for (uint32_t c = i->change; c != TALK_NONE; c = t->item[c].next) {
		buf_reset(s);
		change_title(t, &t->item[c], s);
		if (t->item[c].words.n)
			buf_adds(s, ": ");
		buf_addspan(s, talk_at(t, t->item[c].words));
		put_line(b, s);
		put_marks(w, t, &t->item[c], b);
	}
}

static void put_records(const struct talk *t, const struct item *i,
    struct buf *b)
{
	const struct copy *c;
	struct records r;

	times_clock(t->times, b, i->micros);
	records_begin(&r, t, i);
	while ((c = records_next(&r))) {
		buf_adds(b, "  ");
		buf_addspan(b, talk_at(t, c->id));
		if (c->seq)
			buf_addf(b, " #%" PRIu64, c->seq);
		buf_addc(b, '\n');
	}
}

void plain_write(struct writer *w, const struct view *v, struct buf *b)
{
	const struct talk *t = v->talk;
	struct buf *s = &w->scratch;
	int64_t day = INT64_MIN;

	buf_reset(s);
	view_title(w, v, s);
	put_text(b, buf_span(s));
	buf_addf(b, "\nTimes are of %s.\n", times_zone(t->times));
	for (uint32_t i = view_next(v, v->first); i != TALK_NONE;
	     i = view_next(v, i + 1)) {
		int64_t today = times_day(t->times, t->item[i].micros);

		if (today != day) {
			buf_addc(b, '\n');
			times_date(b, today);
			buf_addc(b, '\n');
			day = today;
		}
		put_item(w, t, &t->item[i], b);
	}
	buf_adds(b, "\nRecords:\n");
	for (uint32_t i = view_next(v, v->first); i != TALK_NONE;
	     i = view_next(v, i + 1))
		put_records(t, &t->item[i], b);
}
