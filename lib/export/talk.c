/* SPDX-License-Identifier: ISC */
/* A part of a conversation: its memory, its people, its parts. */
#include "export/talk.h"

#include <stdlib.h>

#include "base/mem.h"
#include "export/people.h"
#include "xml/jid.h"

struct talk *talk_new(struct times *times, const struct people *people)
{
	struct talk *t = mem_zalloc(sizeof(*t));

	t->times = times;
	t->people = people;
	t->unique = unique_new();
	return t;
}

void talk_free(struct talk *t)
{
	if (!t)
		return;
	unique_free(t->unique);
	fields_release(&t->fields);
	place_release(&t->place);
	print_release(&t->print);
	buf_release(&t->scratch);
	buf_release(&t->chars);
	free(t->item);
	free(t->copy);
	free(t->person);
	free(t->file);
	free(t->mention);
	free(t);
}

void talk_begin(struct talk *t, struct span name, int64_t day, bool late,
    unsigned part)
{
	buf_reset(&t->chars);
	t->items = t->copies = t->persons = t->files = t->mentions = 0;
	unique_reset(t->unique);
	t->name = talk_put(t, name);
	t->room = name.n && name.p[0] == PLACE_ROOM;
	t->day = day;
	t->late = late;
	t->part = part;
}

bool talk_full(const struct talk *t)
{
	return t->items >= TALK_ITEMS || t->chars.len >= TALK_BYTES ||
	    t->copies >= 4 * TALK_ITEMS;
}

struct span talk_at(const struct talk *t, struct piece p)
{
	return (struct span){p.n ? t->chars.data + p.at : "", p.n};
}

struct piece talk_put(struct talk *t, struct span s)
{
	struct piece p = {t->chars.len, s.n};

	buf_addspan(&t->chars, s);
	return p;
}

size_t talk_person(struct talk *t, struct span jid)
{
	struct span mail, name, room = talk_at(t, t->name);
	struct person *p;

	for (size_t i = t->persons; i-- > 0;) {
		if (span_same(talk_at(t, t->person[i].jid), jid))
			return i;
	}
	if (t->persons == t->person_cap) {
		t->person_cap = t->person_cap ? 2 * t->person_cap : 8;
		t->person = mem_resize(t->person, t->person_cap,
		    sizeof(*t->person));
	}
	people_find(t->people, jid, &mail, &name);
	p = &t->person[t->persons];
	p->room = t->room &&
	    span_same(jid, (struct span){room.p + 1, room.n - 1});
	p->jid = talk_put(t, jid);
	p->name = talk_put(t, name);
	p->mail = talk_put(t, mail);
	return t->persons++;
}

struct span talk_who(const struct talk *t, size_t person)
{
	const struct person *p = &t->person[person];
	struct span jid = talk_at(t, p->jid), bare = jid_bare(jid);

	if (p->name.n)
		return talk_at(t, p->name);
	if (t->room && bare.n < jid.n)
		return (struct span){jid.p + bare.n + 1,
		    jid.n - bare.n - 1};
	return jid;
}

/* One of the two, or what there is. */
static void add_name(const struct talk *t, struct span jid, struct buf *b)
{
	struct span mail, name;

	people_find(t->people, jid, &mail, &name);
	buf_addspan(b, name.n ? name : jid);
}

void talk_title(const struct talk *t, struct buf *b)
{
	struct span name = talk_at(t, t->name);
	const char *and = name.n ? memchr(name.p, PLACE_AND, name.n) : NULL;

	if (!name.n) {
		buf_adds(b, "nobody");
	} else if (t->room) {
		buf_adds(b, "room ");
		buf_add(b, name.p + 1, name.n - 1);
	} else if (and) {
		size_t n = (size_t)(and - name.p);

		add_name(t, (struct span){name.p, n}, b);
		buf_adds(b, " and ");
		add_name(t, (struct span){and + 1, name.n - n - 1}, b);
	} else {
		add_name(t, name, b);
	}
}
