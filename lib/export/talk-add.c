/* SPDX-License-Identifier: ISC */
/* A record's place in a part: a message of its own, one more record of one, or
 * what was said about one. */
#include <string.h>

#include "base/mem.h"
#include "base/percent.h"
#include "base/quantity.h"
#include "export/talk.h"
#include "journal/print-label.h"
#include "journal/print-words.h"
#include "record/files.h"
#include "record/inner.h"
#include "record/linked.h"

#define NS_ID "urn:xmpp:sid:0"

static void add_copy(struct talk *t, struct item *i, const struct record *r,
    uint64_t seq, uint32_t journal)
{
	struct copy *c;

	if (t->copies == t->copy_cap) {
		t->copy_cap = t->copy_cap ? 2 * t->copy_cap : 64;
		t->copy = mem_resize(t->copy, t->copy_cap, sizeof(*t->copy));
	}
	c = &t->copy[t->copies];
	*c = (struct copy){.seq = seq, .journal = journal, .next = TALK_NONE,
	    .event = r->event, .verdict = r->verdict};
	c->id = talk_put(t, r->field[RECORD_ID]);
	if (!record_absent(r, RECORD_REASON))
		c->reason = talk_put(t, r->field[RECORD_REASON]);
	c->changed = !record_absent(r, RECORD_ORIGINAL);
	if (i->copy == TALK_NONE)
		i->copy = (uint32_t)t->copies;
	else
		t->copy[i->last_copy].next = (uint32_t)t->copies;
	i->last_copy = (uint32_t)t->copies++;
}

static struct piece put_escaped(struct talk *t, struct span escaped)
{
	struct piece p = {t->chars.len, 0};

	if (escaped.p)
		stanza_unescape(&t->chars, escaped);
	p.n = t->chars.len - p.at;
	return p;
}

static void add_mention(struct talk *t, uint32_t item, struct span escaped)
{
	struct mention *m;

	if (!escaped.n)
		return;
	if (t->mentions == t->mention_cap) {
		t->mention_cap = t->mention_cap ? 2 * t->mention_cap : 64;
		t->mention = mem_resize(t->mention, t->mention_cap,
		    sizeof(*t->mention));
	}
	m = &t->mention[t->mentions++];
	m->id = put_escaped(t, escaped);
	m->item = item;
}

/* By its own id, its client's (XEP-0359), and in a room by the room's. */
static void add_mentions(struct talk *t, uint32_t item)
{
	const struct stanza *s = fields_stanza(&t->fields);
	uint32_t words = fields_inner(&t->fields)->words;
	struct span own = stanza_get(s, words, "id");

	add_mention(t, item, own);
	for (uint32_t i = s->node[words].child; i != STANZA_NONE;
	     i = s->node[i].next) {
		struct span id;

		if (!stanza_is(s, i, NS_ID, "origin-id") &&
		    !stanza_is(s, i, NS_ID, "stanza-id"))
			continue;
		id = stanza_get(s, i, "id");
		if (!span_same(id, own))
			add_mention(t, item, id);
	}
}

static void add_file(struct talk *t, struct item *i, struct span sha256,
    uint64_t size, struct piece name)
{
	struct attached *a;

	if (t->files == t->file_cap) {
		t->file_cap = t->file_cap ? 2 * t->file_cap : 8;
		t->file = mem_resize(t->file, t->file_cap, sizeof(*t->file));
	}
	a = &t->file[t->files++];
	a->sha256 = talk_put(t, sha256);
	a->size = size;
	a->name = name;
	i->files++;
}

static void add_files(struct talk *t, struct item *i)
{
	struct fields *v = &t->fields;
	const struct stanza *s = fields_stanza(v);
	struct span extra = v->record->extra;
	struct linked l;
	uint64_t size = 0;

	i->file = t->files;
	if (v->record->event == EVENT_UPLOAD &&
	    stanza_is(s, 0, FILES_NS, "file") &&
	    stanza_get(s, 0, "sha256").n == DIGEST_HEX) {
		(void)quantity_digits(stanza_get(s, 0, "size"), &size);
		add_file(t, i, stanza_get(s, 0, "sha256"), size,
		    put_escaped(t, stanza_get(s, 0, "name")));
	}
	while (linked_next(&extra, &l)) {
		struct piece name = {t->chars.len, 0};

		percent_decode(&t->chars, l.name);
		name.n = t->chars.len - name.at;
		add_file(t, i, l.sha256, l.size, name);
	}
}

static void add_minute(struct talk *t, const struct inner *in, struct buf *b)
{
	int64_t micros;

	if (inner_said(in, &micros)) {
		buf_addc(b, ' ');
		times_short(t->times, b, micros);
	}
}

/* Whose words, and when, where that is not where they stand. */
static void add_inner(struct talk *t, const struct inner *in, struct buf *b)
{
	if (in->kind != INNER_DELAYED && in->kind != INNER_FORWARDS &&
	    !in->forged)
		return;
	buf_adds(b, in->forged ? "[forged " : "[");
	buf_adds(b, inner_name(in->kind));
	add_minute(t, in, b);
	if (in->from.p) {
		buf_addc(b, ' ');
		stanza_unescape(b, in->from);
	}
	if (in->to.p) {
		buf_adds(b, " > ");
		stanza_unescape(b, in->to);
	}
	buf_adds(b, "] ");
}

static void set_label(struct talk *t, struct item *i, bool spoken)
{
	struct fields *v = &t->fields;
	const struct stanza *s = fields_stanza(v);
	struct buf *b = &t->scratch;

	buf_reset(b);
	if (!spoken && !place_has_words(v)) {
		print_label(&t->print, v, false, b);
	} else {
		add_inner(t, fields_inner(v), b);
		if (i->error)
			buf_adds(b, "[error] ");
		if (v->record->event == EVENT_UPLOAD)
			buf_adds(b, "[sends a file] ");
		if (stanza_is(s, 0, NULL, "presence") ||
		    stanza_is(s, 0, NULL, "iq"))
			buf_addf(b, "[%.*s] ", SPAN_ARG(s->node[0].local));
	}
	i->label = talk_put(t, buf_span(b));
}

static void set_kind(struct talk *t, struct item *i)
{
	const struct inner *in = fields_inner(&t->fields);
	const char *about = in->about ? in->about : "";

	if (in->replaces.p)
		i->kind = ITEM_CORRECTION;
	else if (strcmp(about, "retracts") == 0)
		i->kind = ITEM_RETRACTION;
	else if (strcmp(about, "reaction to") == 0)
		i->kind = ITEM_REACTION;
	i->about = put_escaped(t, in->replaces.p ? in->replaces : in->refers);
}

static void set_words(struct talk *t, struct item *i)
{
	struct fields *v = &t->fields;
	bool spoken;

	buf_reset(&t->scratch);
	spoken = v->record->event != EVENT_UPLOAD &&
	    print_words(&t->print, v, &t->scratch);
	if (v->record->event == EVENT_UPLOAD ||
	    (!spoken && !place_has_words(v)))
		buf_reset(&t->scratch);
	i->words = talk_put(t, buf_span(&t->scratch));
	set_label(t, i, spoken);
}

static void add_item(struct talk *t)
{
	const struct stanza *s = fields_stanza(&t->fields);
	const struct inner *in = fields_inner(&t->fields);
	size_t author = talk_person(t, buf_span(&t->place.author));
	size_t addressee = talk_person(t, buf_span(&t->place.addressee));
	struct item *i;

	if (t->items == t->item_cap) {
		t->item_cap = t->item_cap ? 2 * t->item_cap : 64;
		t->item = mem_resize(t->item, t->item_cap, sizeof(*t->item));
	}
	i = &t->item[t->items++];
	*i = (struct item){.of = TALK_NONE, .change = TALK_NONE,
	    .next = TALK_NONE, .parent = TALK_NONE, .copy = TALK_NONE,
	    .micros = t->place.micros, .author = author,
	    .addressee = addressee};
	i->error = stanza_is_stanza(s) &&
	    span_is(stanza_get(s, in->words, "type"), "error");
	i->id = put_escaped(t, stanza_get(s, in->words, "id"));
	set_kind(t, i);
	set_words(t, i);
	add_files(t, i);
}

void talk_add(struct talk *t, struct span line, uint64_t seq, uint32_t journal)
{
	struct record r;
	size_t which;
	bool first;

	if (record_parse(&r, line.p, line.n))
		return;
	fields_begin(&t->fields, &r, seq);
	if (!fields_stanza(&t->fields))
		return;
	place_find(&t->place, &t->fields);
	first = unique_tell(t->unique, &r, (struct span){"", 0}, &which);
	if (first)
		add_item(t);
	add_copy(t, &t->item[which], &r, seq, journal);
	add_mentions(t, (uint32_t)which);
	if (first)
		talk_join(t, (uint32_t)which);
}
