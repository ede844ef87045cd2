/* SPDX-License-Identifier: ISC */
/* Where a record belongs. */
#include "export/place.h"

#include <string.h>

#include "base/stamp.h"
#include "journal/printable.h"
#include "record/files.h"
#include "record/inner.h"
#include "record/linked.h"
#include "xml/jid.h"

/* 9999-12-30: what is later may have no year of four digits in its zone. */
#define LAST INT64_C(253402128000000000)
#define NS_MUC_USER "http://jabber.org/protocol/muc#user"

/* What is no address is shown as it is, but has no line feeds that could be
 * taken for those of whatever it comes to stand in. */
static void prepare(struct buf *out, struct span chars)
{
	buf_reset(out);
	if (chars.n && !jid_prepare(out, chars))
		printable_text(out, chars);
}

/* An address (escaped), whole or bare. */
static void set(struct buf *out, struct span escaped, bool whole,
    struct buf *scratch)
{
	buf_reset(scratch);
	if (escaped.p)
		stanza_unescape(scratch, escaped);
	prepare(out, whole ? buf_span(scratch) : jid_bare(buf_span(scratch)));
}

/* A message through a room to one occupant says so (XEP-0045 section 7.5), as
 * do invitations, which have something inside. */
static bool is_private(const struct stanza *s, const struct inner *in)
{
	uint32_t x = stanza_child(s, in->words, NS_MUC_USER, "x");

	return x != STANZA_NONE && s->node[x].child == STANZA_NONE;
}

static bool at_room(const struct stanza *s, const struct inner *in,
    enum event event)
{
	uint32_t x;

	if (stanza_is(s, 0, NULL, "message"))
		return span_is(stanza_get(s, in->words, "type"), "groupchat");
	if (!stanza_is(s, 0, NULL, "presence"))
		return false;
	x = stanza_child(s, 0, NS_MUC_USER, "x");
	if (x == STANZA_NONE && event == EVENT_SEND)
		x = stanza_child(s, 0, "http://jabber.org/protocol/muc", "x");
	return x != STANZA_NONE;
}

static void name_pair(struct place *p)
{
	struct span a = buf_span(&p->author), b = buf_span(&p->addressee);
	int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	if (c > 0 || (c == 0 && a.n > b.n)) {
		struct span swap = a;

		a = b;
		b = swap;
	}
	buf_addspan(&p->name, a);
	if (a.n && b.n)
		buf_addc(&p->name, PLACE_AND);
	buf_addspan(&p->name, b);
}

/* What is sent to a room is of the account, what comes from it of the nick. */
static void name_room(struct place *p, const struct inner *in, bool sent,
    struct buf *scratch)
{
	struct buf *room = sent ? &p->addressee : &p->author;
	struct span bare;

	set(room, sent ? in->addressee : in->author, !sent, scratch);
	bare = jid_bare(buf_span(room));
	buf_addc(&p->name, PLACE_ROOM);
	buf_addspan(&p->name, bare);
	buf_reset(&p->addressee);
	buf_add(&p->addressee, p->name.data + 1, p->name.len - 1);
}

/* Whether it is of the account whose record it is, and not to it. */
static bool is_own(const struct stanza *s, const struct inner *in, bool sent)
{
	struct span own = stanza_get(s, 0, sent ? "from" : "to");

	if (!own.p || !in->author.p)
		return sent;
	return span_same(jid_bare(own), jid_bare(in->author));
}

static void find_people(struct place *p, struct fields *v)
{
	const struct stanza *s = fields_stanza(v);
	const struct inner *in = fields_inner(v);
	bool sent = v->record->event == EVENT_SEND, private, own;

	p->room = at_room(s, in, v->record->event);
	private = !p->room && is_private(s, in);
	own = is_own(s, in, sent);
	set(&p->author, in->author, private && !own, &v->scratch);
	set(&p->addressee, in->addressee, private && own, &v->scratch);
	if (p->room)
		name_room(p, in, sent && in->words == 0, &v->scratch);
	else
		name_pair(p);
}

/* cup's own elements name one account, and it is nobody's peer. */
static void find_user(struct place *p, struct fields *v)
{
	struct buf chars = BUF_EMPTY;

	if (!fields_get(v, FIELD_AUTHOR, &chars))
		(void)fields_get(v, FIELD_FROM, &chars);
	prepare(&p->author, jid_bare(buf_span(&chars)));
	buf_addspan(&p->name, buf_span(&p->author));
	buf_release(&chars);
}

/* An archive and a room say when it was said; what a sender himself claims is
 * no place to hide a message in. */
static void find_time(struct place *p, struct fields *v)
{
	struct span t = v->record->field[RECORD_TIME];
	const struct inner *in = fields_inner(v);
	int64_t said;

	if (!stamp_read(t.p, t.n, &p->recorded) || p->recorded < 0)
		p->recorded = 0;
	if (p->recorded > LAST)
		p->recorded = LAST;
	p->micros = p->recorded;
	if (!in || in->forged ||
	    (in->kind != INNER_ARCHIVE && in->kind != INNER_HISTORY))
		return;
	if (inner_said(in, &said) && said >= 0 && said < p->recorded)
		p->micros = said;
}

void place_find(struct place *p, struct fields *v)
{
	buf_reset(&p->name);
	buf_reset(&p->author);
	buf_reset(&p->addressee);
	p->room = false;
	find_time(p, v);
	if (v->record->event == EVENT_SEND || v->record->event == EVENT_RECV)
		find_people(p, v);
	else
		find_user(p, v);
}

void place_release(struct place *p)
{
	if (!p)
		return;
	buf_release(&p->name);
	buf_release(&p->author);
	buf_release(&p->addressee);
}

bool place_has_words(struct fields *v)
{
	const struct stanza *s = fields_stanza(v);
	const struct inner *in = fields_inner(v);
	struct span extra = v->record->extra;
	struct linked file;

	if (v->record->event == EVENT_UPLOAD)
		return true;
	if (v->record->event != EVENT_SEND && v->record->event != EVENT_RECV)
		return false;
	return inner_has_words(s) || linked_next(&extra, &file) ||
	    (in->about && strcmp(in->about, "retracts") == 0);
}
