/* SPDX-License-Identifier: ISC */
/* A view as a vCon (draft-ietf-vcon-vcon-core-04), on one line. */
#include <inttypes.h>

#include "base/hex.h"
#include "export/mime.h"
#include "export/writer.h"

static void put_string(struct buf *b, const char *name, struct span s)
{
	buf_addf(b, "\"%s\":", name);
	print_json_string(b, s);
}

static void put_time(const struct talk *t, struct buf *b, const char *name,
    int64_t micros)
{
	buf_addf(b, "\"%s\":\"", name);
	times_full(t->times, b, micros);
	buf_addc(b, '"');
}

/* RFC 9562 section 5.8: version 8, ours to make of what is in it. */
static void put_uuid(struct writer *w, const struct view *v, struct buf *b)
{
	char h[DIGEST_HEX];

	view_digest(w, v, h);
	buf_addf(b, "\"uuid\":\"%.8s-%.4s-8%.3s-%c%.3s-%.12s\"", h, h + 8,
	    h + 12, "89ab"[hex_digit(h[15]) & 3], h + 16, h + 19);
}

static void put_party(struct writer *w, const struct talk *t, size_t number,
    struct buf *b)
{
	const struct person *p = &t->person[number];
	struct span jid = talk_at(t, p->jid);

	buf_addc(b, '{');
	put_string(b, "name", talk_who(t, number));
	if (p->mail.n) {
		buf_addc(b, ',');
		put_string(b, "mailto", talk_at(t, p->mail));
	}
	buf_reset(&w->scratch);
	buf_adds(&w->scratch, "xmpp:");
	buf_addspan(&w->scratch, jid);
	buf_addc(b, ',');
	put_string(b, "uuid", buf_span(&w->scratch));
	buf_adds(b, p->room ? ",\"type\":\"organization\"}" : "}");
}

static size_t party(const struct view *v, size_t person)
{
	size_t i = 0;

	while (i + 1 < v->persons && v->person[i] != person)
		i++;
	return i;
}

static void put_dialog(struct writer *w, const struct view *v,
    const struct item *i, struct buf *b)
{
	const struct talk *t = v->talk;

	buf_adds(b, "{\"type\":\"text\",");
	put_time(t, b, "start", i->micros);
	buf_addf(b, ",\"parties\":[%zu", party(v, i->author));
	if (i->addressee != i->author && t->person[i->addressee].jid.n)
		buf_addf(b, ",%zu", party(v, i->addressee));
	buf_adds(b, "],\"mediatype\":\"text/plain\",\"application\":\"xmpp\",");
	if (i->id.n) {
		put_string(b, "message_id", talk_at(t, i->id));
		buf_addc(b, ',');
	}
	buf_reset(&w->scratch);
	talk_current(t, i, &w->scratch);
	put_string(b, "body", buf_span(&w->scratch));
	buf_adds(b, ",\"encoding\":\"none\"}");
}

static void put_copy(const struct talk *t, const struct copy *c, struct buf *b)
{
	buf_addc(b, '{');
	put_string(b, "id", talk_at(t, c->id));
	if (c->seq)
		buf_addf(b, ",\"seq\":%" PRIu64, c->seq);
	if (t->journals[c->journal].n) {
		buf_addc(b, ',');
		put_string(b, "journal", t->journals[c->journal]);
	}
	buf_addc(b, ',');
	put_string(b, "event", span_of(event_name(c->event)));
	buf_addc(b, ',');
	put_string(b, "verdict", span_of(verdict_name(c->verdict)));
	if (c->reason.n) {
		buf_addc(b, ',');
		put_string(b, "reason", talk_at(t, c->reason));
	}
	buf_addc(b, '}');
}

static void put_change(const struct talk *t, const struct item *c,
    struct buf *b)
{
	static const char *const kinds[] = {[ITEM_SAID] = "said",
	    [ITEM_CORRECTION] = "correction", [ITEM_RETRACTION] = "retraction",
	    [ITEM_REACTION] = "reaction"};

	buf_addc(b, '{');
	put_string(b, "kind", span_of(kinds[c->kind]));
	buf_addc(b, ',');
	put_time(t, b, "time", c->micros);
	buf_addc(b, ',');
	put_string(b, "by", talk_at(t, t->person[c->author].jid));
	buf_addc(b, ',');
	put_string(b, "text", talk_at(t, c->words));
	buf_addc(b, '}');
}

/* What a vCon has no place for. */
static void put_known(struct writer *w, const struct talk *t,
    const struct item *i, struct buf *b)
{
	const char *between = "";
	const struct copy *c;
	struct records r;

	buf_adds(b, "{\"records\":[");
	records_begin(&r, t, i);
	while ((c = records_next(&r))) {
		buf_adds(b, between);
		put_copy(t, c, b);
		between = ",";
	}
	buf_addc(b, ']');
	buf_reset(&w->scratch);
	if (talk_marks(t, i, &w->scratch)) {
		buf_addc(b, ',');
		put_string(b, "decided", buf_span(&w->scratch));
	}
	if (i->label.n) {
		buf_addc(b, ',');
		put_string(b, "label", talk_at(t, i->label));
	}
	if (i->about.n) {
		buf_addc(b, ',');
		put_string(b, "about", talk_at(t, i->about));
	}
	if (i->change != TALK_NONE) {
		buf_addc(b, ',');
		put_string(b, "said", talk_at(t, i->words));
		buf_adds(b, ",\"changes\":[");
		for (uint32_t k = i->change; k != TALK_NONE;
		     k = t->item[k].next) {
			if (k != i->change)
				buf_addc(b, ',');
			put_change(t, &t->item[k], b);
		}
		buf_addc(b, ']');
	}
	buf_addc(b, '}');
}

static void put_attachment(const struct view *v, size_t author,
    int64_t micros, size_t dialog, const char *purpose, struct buf *b)
{
	buf_addf(b, "{\"purpose\":\"%s\",", purpose);
	put_time(v->talk, b, "start", micros);
	buf_addf(b, ",\"party\":%zu,\"dialog\":%zu,", party(v, author),
	    dialog);
}

static size_t dialog_of(const struct view *v, uint32_t item)
{
	size_t n = 0;

	for (uint32_t i = view_next(v, v->first); i != TALK_NONE && i < item;
	     i = view_next(v, i + 1))
		n++;
	return n;
}

static bool put_file(struct writer *w, const struct view *v,
    const struct enclosure *e, struct sink *s)
{
	struct coder c = {{.url = true}, s};
	struct buf *b = &s->text;
	bool ok;

	buf_addc(b, ',');
	put_attachment(v, e->author, e->micros, dialog_of(v, e->item), "file",
	    b);
	put_string(b, "filename", talk_at(v->talk, e->name));
	buf_adds(b, ",\"mediatype\":\"application/octet-stream\","
		    "\"encoding\":\"base64url\",\"body\":\"");
	ok = enclosure_pass(e, w->store, w->digest, coder_pass, &c);
	base64_end(&c.code, b);
	buf_adds(b, "\"}");
	return ok;
}

static void put_all(struct writer *w, const struct view *v, bool dialog,
    struct buf *b)
{
	const struct talk *t = v->talk;
	size_t n = 0;

	for (uint32_t i = view_next(v, v->first); i != TALK_NONE;
	     i = view_next(v, i + 1), n++) {
		const struct item *item = &t->item[i];

		if (n)
			buf_addc(b, ',');
		if (dialog) {
			put_dialog(w, v, item, b);
			continue;
		}
		put_attachment(v, item->author, item->micros, n,
		    "cup-records", b);
		buf_adds(b, "\"mediatype\":\"application/json\","
			    "\"encoding\":\"json\",\"body\":");
		put_known(w, t, item, b);
		buf_addc(b, '}');
	}
}

static bool write_vcon(struct writer *w, const struct view *v, struct sink *s)
{
	const struct talk *t = v->talk;
	struct buf *b = &s->text;
	uint32_t first = view_next(v, v->first);

	buf_adds(b, "{\"vcon\":\"0.4.0\",");
	put_uuid(w, v, b);
	buf_addc(b, ',');
	put_time(t, b, "created_at", t->item[first].micros);
	buf_reset(&w->scratch);
	view_title(w, v, &w->scratch);
	buf_addc(b, ',');
	put_string(b, "subject", buf_span(&w->scratch));
	buf_adds(b, ",\"parties\":[");
	for (size_t i = 0; i < v->persons; i++) {
		if (i)
			buf_addc(b, ',');
		put_party(w, t, v->person[i], b);
	}
	buf_adds(b, "],\"dialog\":[");
	put_all(w, v, true, b);
	buf_adds(b, "],\"attachments\":[");
	put_all(w, v, false, b);
	for (size_t i = 0; i < w->files.count; i++) {
		if (!w->files.file[i].why &&
		    !put_file(w, v, &w->files.file[i], s))
			return false;
	}
	buf_adds(b, "]}\n");
	return sink_spill(s);
}

const struct format format_vcon = {.name = "vcon", .suffix = ".vcon.json",
    .write = write_vcon};
