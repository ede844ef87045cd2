/* SPDX-License-Identifier: ISC */
/* rsmf_manifest.json: who spoke, where, and every message with what became of
 * it. */
#include "export/rsmf-internal.h"

#include <inttypes.h>

#include "export/reactions.h"

enum { NAME_BYTES = 80 };

static void put_string(struct buf *b, const char *name, struct span s)
{
	buf_addf(b, "\"%s\":", name);
	print_json_string(b, s);
}

static struct span jid_of(const struct talk *t, size_t person)
{
	struct span jid = talk_at(t, t->person[person].jid);

	return jid.n ? jid : span_of("unknown");
}

static struct span event_id(const struct talk *t, const struct item *i)
{
	return talk_at(t, t->copy[i->copy].id);
}

static void put_time(const struct talk *t, struct buf *b, int64_t micros)
{
	buf_adds(b, "\"timestamp\":\"");
	times_full(t->times, b, micros);
	buf_addc(b, '"');
}

void rsmf_entry_name(const struct enclosure *e, struct buf *b)
{
	struct span name = talk_at(e->talk, e->name);

	buf_addf(b, "%.16s_", talk_at(e->talk, e->sha256).p);
	if (name.n > NAME_BYTES)
		name = (struct span){name.p + name.n - NAME_BYTES, NAME_BYTES};
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
		    (c == '.' && i > 0);

		buf_addc(b, good ? c : '_');
	}
}

static void put_participants(const struct view *v, struct buf *b)
{
	const struct talk *t = v->talk;

	buf_adds(b, "\"participants\":[");
	for (size_t i = 0; i < v->persons; i++) {
		const struct person *p = &t->person[v->person[i]];

		buf_adds(b, i ? ",{" : "{");
		put_string(b, "id", jid_of(t, v->person[i]));
		buf_addc(b, ',');
		put_string(b, "display", p->jid.n ? talk_who(t, v->person[i])
						  : span_of("unknown"));
		if (p->mail.n) {
			buf_addc(b, ',');
			put_string(b, "email", talk_at(t, p->mail));
		}
		buf_addc(b, '}');
	}
	buf_adds(b, "],");
}

static void put_conversation(struct writer *w, const struct view *v,
    const char *id, struct buf *b)
{
	const struct talk *t = v->talk;

	buf_addf(b, "\"conversations\":[{\"id\":\"%.32s\",", id);
	buf_reset(&w->scratch);
	talk_title(t, &w->scratch);
	put_string(b, "display", buf_span(&w->scratch));
	buf_addf(b, ",\"platform\":\"xmpp\",\"type\":\"%s\","
		    "\"participants\":[",
	    t->room ? "channel" : "direct");
	for (size_t i = 0; i < v->persons; i++) {
		if (i)
			buf_addc(b, ',');
		print_json_string(b, jid_of(t, v->person[i]));
	}
	buf_adds(b, "]}],");
}

static void put_edits(const struct talk *t, const struct item *i,
    struct buf *b)
{
	struct piece before = i->words;
	const char *between = ",\"edits\":[";

	for (uint32_t c = i->change; c != TALK_NONE; c = t->item[c].next) {
		const struct item *change = &t->item[c];

		if (change->kind != ITEM_CORRECTION)
			continue;
		buf_adds(b, between);
		buf_addc(b, '{');
		put_string(b, "participant", jid_of(t, change->author));
		buf_addc(b, ',');
		put_time(t, b, change->micros);
		buf_addc(b, ',');
		put_string(b, "previous", talk_at(t, before));
		buf_addc(b, ',');
		put_string(b, "new", talk_at(t, change->words));
		buf_addc(b, '}');
		before = change->words;
		between = ",";
	}
	if (between[1] == '\0')
		buf_addc(b, ']');
}

static void put_reactions(const struct talk *t, const struct item *i,
    struct buf *b)
{
	struct reactions all = {.reaction = NULL};
	const char *between = ",\"reactions\":[";

	reactions_collect(&all, t, i);
	for (size_t k = 0; k < all.count; k++) {
		if (!reactions_first(&all, k))
			continue;
		buf_adds(b, between);
		buf_addc(b, '{');
		put_string(b, "value", all.reaction[k].value);
		buf_addf(b, ",\"count\":%zu,\"participants\":[",
		    reactions_same(&all, k));
		for (size_t n = k, found = 0; n < all.count; n++) {
			if (!span_same(all.reaction[n].value,
				all.reaction[k].value))
				continue;
			if (found++)
				buf_addc(b, ',');
			print_json_string(b,
			    jid_of(t, all.reaction[n].author));
		}
		buf_adds(b, "]}");
		between = ",";
	}
	if (between[1] == '\0')
		buf_addc(b, ']');
	reactions_release(&all);
}

static void put_attachments(struct writer *w, const struct talk *t,
    const struct item *i, struct buf *b)
{
	const char *between = ",\"attachments\":[";

	for (size_t f = 0; f < i->files; f++) {
		const struct attached *a = &t->file[i->file + f];
		const struct enclosure *e =
		    enclosures_find(&w->files, talk_at(t, a->sha256));

		if (!e)
			continue;
		buf_reset(&w->scratch);
		rsmf_entry_name(e, &w->scratch);
		buf_adds(b, between);
		buf_addc(b, '{');
		put_string(b, "id", buf_span(&w->scratch));
		buf_addc(b, ',');
		put_string(b, "display",
		    a->name.n ? talk_at(t, a->name) : span_of("file"));
		buf_addf(b, ",\"size\":%" PRIu64 "}", e->size);
		between = ",";
	}
	if (between[1] == '\0')
		buf_addc(b, ']');
}

static void put_pair(struct buf *b, const char *between, const char *name,
    struct span value)
{
	buf_addf(b, "%s{\"name\":\"%s\",", between, name);
	put_string(b, "value", value);
	buf_addc(b, '}');
}

/* What the format has no place for. */
static void put_custom(struct writer *w, const struct talk *t,
    const struct item *i, struct buf *b)
{
	struct buf *s = &w->scratch;
	const struct copy *c;
	struct records r;

	buf_reset(s);
	records_begin(&r, t, i);
	while ((c = records_next(&r))) {
		if (s->len)
			buf_addc(s, ' ');
		buf_addspan(s, talk_at(t, c->id));
		if (c->seq)
			buf_addf(s, "#%" PRIu64, c->seq);
	}
	put_pair(b, ",\"custom\":[", "cup.records", buf_span(s));
	buf_reset(s);
	if (talk_marks(t, i, s))
		put_pair(b, ",", "cup.decided", buf_span(s));
	if (i->label.n)
		put_pair(b, ",", "cup.label", talk_at(t, i->label));
	if (i->about.n)
		put_pair(b, ",", "cup.about", talk_at(t, i->about));
	for (size_t f = 0; f < i->files; f++)
		put_pair(b, ",", "cup.file.sha256",
		    talk_at(t, t->file[i->file + f].sha256));
	buf_addc(b, ']');
}

static void put_event(struct writer *w, const struct view *v, uint32_t number,
    const char *id, struct buf *b)
{
	const struct talk *t = v->talk;
	const struct item *i = &t->item[number];

	buf_addc(b, '{');
	put_string(b, "id", event_id(t, i));
	buf_addf(b, ",\"type\":\"%s\",", i->words.n || i->files ? "message"
								: "unknown");
	put_string(b, "participant", jid_of(t, i->author));
	buf_addf(b, ",\"conversation\":\"%.32s\",", id);
	put_time(t, b, i->micros);
	buf_reset(&w->scratch);
	talk_current(t, i, &w->scratch);
	buf_addc(b, ',');
	put_string(b, "body", buf_span(&w->scratch));
	if (talk_retracted(t, i))
		buf_adds(b, ",\"deleted\":true");
	if (i->parent != TALK_NONE && i->parent >= v->first &&
	    i->parent < v->end && t->item[i->parent].of == TALK_NONE) {
		buf_addc(b, ',');
		put_string(b, "parent", event_id(t, &t->item[i->parent]));
	}
	put_edits(t, i, b);
	put_reactions(t, i, b);
	put_attachments(w, t, i, b);
	put_custom(w, t, i, b);
	buf_addc(b, '}');
}

void rsmf_manifest(struct writer *w, const struct view *v, const char *id,
    struct buf *b)
{
	const char *between = "";

	buf_addf(b, "{\"version\":\"" RSMF_VERSION "\","
		    "\"eventcollectionid\":\"%.32s\",", id);
	put_participants(v, b);
	put_conversation(w, v, id, b);
	buf_adds(b, "\"events\":[");
	for (uint32_t i = view_next(v, v->first); i != TALK_NONE;
	     i = view_next(v, i + 1)) {
		buf_adds(b, between);
		put_event(w, v, i, id, b);
		between = ",";
	}
	buf_adds(b, "]}");
}
