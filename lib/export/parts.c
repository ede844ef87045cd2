/* SPDX-License-Identifier: ISC */
/* Parts of conversations. */
#include "export/parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "journal/printable.h"

enum { DAY = 8, TIME = 8, HEAD = 8 + 4 };

struct parts {
	struct export_options opt;
	struct writer *writer;
	const struct format *format;
	struct outlet *outlet;
	struct talk *talk;
	struct buf prefix; /* of the key: the day and the conversation */
	unsigned part;	   /* that is open; 0: none */
	bool late;
	size_t *person; /* of a view */
	char *seen;	/* by number of person */
	size_t cap;
};

struct parts *parts_new(const struct export_options *opt, struct writer *w,
    const struct format *f, struct outlet *o)
{
	struct parts *p = mem_zalloc(sizeof(*p));

	p->opt = *opt;
	p->writer = w;
	p->format = f;
	p->outlet = o;
	p->talk = talk_new(opt->times, opt->people);
	return p;
}

void parts_free(struct parts *p)
{
	if (!p)
		return;
	talk_free(p->talk);
	buf_release(&p->prefix);
	free(p->person);
	free(p->seen);
	free(p);
}

/* A number whose bytes compare as it does. */
static void add_number(struct buf *b, int64_t value)
{
	uint64_t n = (uint64_t)value + (UINT64_C(1) << 63);

	for (int shift = 56; shift >= 0; shift -= 8)
		buf_addc(b, (char)(n >> shift & 0xff));
}

static int64_t number_at(const char *p)
{
	uint64_t n = 0;

	for (int i = 0; i < 8; i++)
		n = n << 8 | (unsigned char)p[i];
	return (int64_t)(n - (UINT64_C(1) << 63));
}

/* A name has no NUL, so that one ends it before all others. */
void parts_key(struct buf *b, const struct place *p, int64_t day,
    struct span id)
{
	buf_reset(b);
	add_number(b, day);
	buf_addspan(b, buf_span(&p->name));
	buf_addc(b, '\0');
	add_number(b, p->micros);
	buf_addspan(b, id);
}

void parts_data(struct buf *b, struct span line, uint64_t seq,
    uint32_t journal)
{
	buf_reset(b);
	buf_add(b, (const char *)&seq, sizeof(seq));
	buf_add(b, (const char *)&journal, sizeof(journal));
	buf_addspan(b, line);
}

static void add_person(struct parts *p, struct view *v, size_t person)
{
	if (p->seen[person])
		return;
	p->seen[person] = 1;
	p->person[v->persons++] = person;
}

/* Who is in a view: who spoke, in order, then who was spoken to. */
static void find_people(struct parts *p, struct view *v)
{
	const struct talk *t = v->talk;

	if (t->persons > p->cap) {
		p->cap = 2 * t->persons;
		p->person = mem_resize(p->person, p->cap, sizeof(*p->person));
		p->seen = mem_resize(p->seen, p->cap, 1);
	}
	memset(p->seen, 0, t->persons);
	v->person = p->person;
	for (uint32_t i = view_next(v, v->first); i != TALK_NONE;
	     i = view_next(v, i + 1)) {
		const struct item *item = &t->item[i];

		v->count++;
		add_person(p, v, item->author);
		for (uint32_t c = item->change; c != TALK_NONE;
		     c = t->item[c].next)
			add_person(p, v, t->item[c].author);
	}
	v->speakers = v->persons;
	for (uint32_t i = view_next(v, v->first); i != TALK_NONE;
	     i = view_next(v, i + 1)) {
		if (t->person[t->item[i].addressee].jid.n)
			add_person(p, v, t->item[i].addressee);
	}
}

static void tell_lacking(struct parts *p, const struct view *v)
{
	const struct enclosures *s = &p->writer->files;

	for (size_t i = 0; i < s->count; i++) {
		const struct enclosure *e = &s->file[i];

		if (!e->why || !*e->why)
			continue;
		buf_adds(&p->outlet->told, "file '");
		printable_text(&p->outlet->told, talk_at(v->talk, e->name));
		buf_addf(&p->outlet->told, "' (%.*s): %s\n",
		    SPAN_ARG(talk_at(v->talk, e->sha256)), e->why);
	}
}

static bool write_view(struct parts *p, size_t first, size_t end)
{
	struct writer *w = p->writer;
	struct view v = {.talk = p->talk, .first = first, .end = end};
	size_t lacking;

	find_people(p, &v);
	if (!v.count)
		return true;
	lacking = enclosures_collect(&w->files, &v, w->store, w->digest);
	w->lacking += lacking;
	if (lacking)
		tell_lacking(p, &v);
	return p->outlet->write(p->outlet, w, p->format, &v);
}

static bool write_part(struct parts *p, const struct span *journals)
{
	struct talk *t = p->talk;

	t->journals = journals;
	if (p->opt.per != EXPORT_MESSAGE)
		return write_view(p, 0, t->items);
	for (size_t i = 0; i < t->items; i++) {
		if (t->item[i].of == TALK_NONE && !write_view(p, i, i + 1))
			return false;
	}
	return true;
}

static void begin_part(struct parts *p, unsigned part)
{
	struct span name = {p->prefix.data + DAY, p->prefix.len - DAY - 1};

	p->part = part;
	talk_begin(p->talk, name,
	    p->opt.per == EXPORT_CONVERSATION ? INT64_MIN
					      : number_at(p->prefix.data),
	    p->late, part);
}

bool parts_flush(struct parts *p, const struct span *journals)
{
	bool ok = !p->part || write_part(p, journals);

	p->part = 0;
	return ok;
}

bool parts_add(struct parts *p, const struct span *journals, struct span key,
    struct span data, bool late)
{
	const char *nul = memchr(key.p + DAY, '\0', key.n - DAY);
	struct span prefix = {key.p, (size_t)(nul + 1 - key.p)};
	struct span line = {data.p + HEAD, data.n - HEAD};
	uint32_t journal;
	uint64_t seq;

	if (!p->part || late != p->late ||
	    !span_same(prefix, buf_span(&p->prefix))) {
		if (!parts_flush(p, journals))
			return false;
		buf_reset(&p->prefix);
		buf_addspan(&p->prefix, prefix);
		p->late = late;
		begin_part(p, 1);
	} else if (talk_full(p->talk)) {
		if (!write_part(p, journals))
			return false;
		begin_part(p, p->part + 1);
	}
	memcpy(&seq, data.p, sizeof(seq));
	memcpy(&journal, data.p + sizeof(seq), sizeof(journal));
	talk_add(p->talk, line, seq, journal);
	return true;
}

bool parts_end(struct parts *p)
{
	return p->outlet->end(p->outlet, p->writer, p->format);
}
