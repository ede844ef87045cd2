/* SPDX-License-Identifier: ISC */
/* What the head of a mail says of a view. */
#include <inttypes.h>

#include "export/mime.h"
#include "export/writer.h"

enum { IDS = 100 };

static void put_mailbox(struct writer *w, const struct talk *t, size_t number)
{
	const struct person *p = &t->person[number];
	struct span jid = talk_at(t, p->jid), mail = talk_at(t, p->mail);
	struct span name = talk_at(t, p->name);

	buf_reset(&w->scratch);
	if (mail.n)
		buf_addspan(&w->scratch, mail);
	else
		mime_address(&w->scratch, jid);
	if (!name.n && !span_same(jid, buf_span(&w->scratch)))
		name = jid;
	buf_reset(&w->line);
	mime_mailbox(&w->line, name, buf_span(&w->scratch));
}

/* Whoever spoke first is From, who was addressed To, who else spoke Cc. */
static void put_people(struct writer *w, const struct view *v, struct buf *b)
{
	struct mime_line l;

	mime_begin(&l, b, "From");
	put_mailbox(w, v->talk, v->person[0]);
	mime_add(&l, "", buf_span(&w->line));
	mime_end(&l);
	mime_begin(&l, b, "To");
	for (size_t i = v->speakers; i < v->persons; i++) {
		put_mailbox(w, v->talk, v->person[i]);
		mime_add(&l, ",", buf_span(&w->line));
	}
	if (l.first && v->speakers > 1) {
		put_mailbox(w, v->talk, v->person[1]);
		mime_add(&l, "", buf_span(&w->line));
	}
	if (l.first)
		mime_add(&l, "", span_of("undisclosed-recipients:;"));
	mime_end(&l);
	if (v->speakers < 2 || (v->persons == v->speakers && v->speakers == 2))
		return;
	mime_begin(&l, b, "Cc");
	for (size_t i = v->persons == v->speakers ? 2 : 1; i < v->speakers;
	     i++) {
		put_mailbox(w, v->talk, v->person[i]);
		mime_add(&l, ",", buf_span(&w->line));
	}
	mime_end(&l);
}

static void put_thread(struct writer *w, const struct view *v, struct buf *b)
{
	char hex[DIGEST_HEX];

	view_thread(w, v, hex);
	buf_adds(b, "Message-ID: ");
	view_message_id(w, v, b);
	buf_addf(b, "\nIn-Reply-To: <%.40s@cup.invalid>\n"
		    "References: <%.40s@cup.invalid>\n", hex, hex);
}

struct range {
	uint64_t first, last;
};

/* For each journal its id, and from which SEQ to which; few are read. */
static void put_journals(const struct view *v, struct buf *b)
{
	const struct talk *t = v->talk;
	uint32_t journal = 0, next = 0;

	while (next != TALK_NONE) {
		struct range range = {UINT64_MAX, 0};
		struct span id = t->journals[journal];

		next = TALK_NONE;
		for (uint32_t i = view_next(v, v->first); i != TALK_NONE;
		     i = view_next(v, i + 1)) {
			const struct copy *c;
			struct records r;

			records_begin(&r, t, &t->item[i]);
			while ((c = records_next(&r))) {
				if (c->journal > journal && c->journal < next)
					next = c->journal;
				if (c->journal != journal || !c->seq)
					continue;
				if (c->seq < range.first)
					range.first = c->seq;
				if (c->seq > range.last)
					range.last = c->seq;
			}
		}
		if (range.last)
			buf_addf(b, "X-Cup-Journal: %.*s %" PRIu64
				    "-%" PRIu64 "\n",
			    SPAN_ARG(id.n ? id : span_of("unknown")),
			    range.first, range.last);
		journal = next;
	}
}

/* Add a word that is not there yet. */
static void add_once(struct buf *b, struct span word)
{
	struct span all = buf_span(b);

	while (all.n) {
		const char *blank = memchr(all.p, ' ', all.n);
		size_t n = blank ? (size_t)(blank - all.p) : all.n;

		if (span_same((struct span){all.p, n}, word))
			return;
		n += blank != NULL;
		all = (struct span){all.p + n, all.n - n};
	}
	if (b->len)
		buf_addc(b, ' ');
	buf_addspan(b, word);
}

static void put_decisions(struct writer *w, const struct view *v,
    struct buf *b)
{
	struct buf *verdicts = &w->scratch, *rules = &w->line;
	const struct talk *t = v->talk;
	struct reason reason;

	buf_reset(verdicts);
	buf_reset(rules);
	for (uint32_t i = view_next(v, v->first); i != TALK_NONE;
	     i = view_next(v, i + 1)) {
		const struct copy *c;
		struct records r;

		records_begin(&r, t, &t->item[i]);
		while ((c = records_next(&r))) {
			if (c->verdict <= VERDICT_PASS ||
			    c->verdict == VERDICT_DELIVER)
				continue;
			add_once(verdicts, span_of(verdict_name(c->verdict)));
			if (reason_last(talk_at(t, c->reason), &reason) &&
			    reason.rule.n)
				add_once(rules, reason.rule);
		}
	}
	if (verdicts->len)
		mime_field(b, "X-Cup-Verdicts", buf_span(verdicts));
	if (rules->len)
		mime_field(b, "X-Cup-Rules", buf_span(rules));
}

static void put_ids(const struct view *v, struct buf *b)
{
	const struct talk *t = v->talk;
	struct mime_line l;
	size_t n = 0, at = b->len;

	mime_begin(&l, b, "X-Cup-Id");
	for (uint32_t i = view_next(v, v->first); i != TALK_NONE;
	     i = view_next(v, i + 1)) {
		const struct copy *c;
		struct records r;

		records_begin(&r, t, &t->item[i]);
		for (; (c = records_next(&r)); n++) {
			if (n < IDS)
				mime_add(&l, "", talk_at(t, c->id));
		}
	}
	mime_end(&l);
	if (!n)
		b->len = at;
	buf_addf(b, "X-Cup-Records: %zu\n", n);
}

static void put_conversation(struct writer *w, const struct talk *t,
    struct buf *b)
{
	struct span name = talk_at(t, t->name);

	buf_reset(&w->scratch);
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == PLACE_AND)
			buf_addc(&w->scratch, ',');
		else if (name.p[i] != PLACE_ROOM)
			buf_addc(&w->scratch, name.p[i]);
	}
	if (w->scratch.len)
		mime_field(b, "X-Cup-Conversation", buf_span(&w->scratch));
	if (!w->whole) {
		buf_adds(b, "X-Cup-Day: ");
		times_date(b, t->day);
		buf_addf(b, " %s\n", times_zone(t->times));
	}
	buf_addf(b, "X-Cup-Part: %u%s\n", t->part, t->late ? " late" : "");
}

void mail_fields(struct writer *w, const struct view *v, struct buf *b)
{
	const struct talk *t = v->talk;

	put_people(w, v, b);
	buf_adds(b, "Date: ");
	times_mail(t->times, b, view_last(v));
	buf_addc(b, '\n');
	buf_reset(&w->scratch);
	view_title(w, v, &w->scratch);
	if (v->count == 1) {
		buf_addc(&w->scratch, ' ');
		times_clock(t->times, &w->scratch, t->item[v->first].micros);
	}
	mime_field(b, "Subject", buf_span(&w->scratch));
	put_thread(w, v, b);
	put_conversation(w, t, b);
	put_ids(v, b);
	put_journals(v, b);
	put_decisions(w, v, b);
	buf_adds(b, "MIME-Version: 1.0\n");
}
