/* SPDX-License-Identifier: ISC */
/* Writing what is decided. */
#include "base/uuid.h"
#include "live/internal.h"
#include "live/queue-internal.h"

static void count(struct session *s, int way)
{
	if (way == UP && s->sm_up)
		s->sm->up++;
	if (way == DOWN && s->sm_down)
		s->sm->down++;
}

void queue_write(struct session *s, int way, enum item_kind kind,
    struct span wire)
{
	session_write(s, way, wire);
	if (kind == ITEM_STANZA)
		count(s, way);
	else if (kind == ITEM_ENABLE)
		s->sm_up = true;
	else if (kind == ITEM_ENABLED)
		s->sm_down = true;
	else if (kind == ITEM_END)
		session_way_done(s, way);
}

/* One for one: what the server gets in place of a stanza that is refused. */
static void refuse_up(struct session *s, struct item *i)
{
	struct buf *out = &s->proxy->out;
	bool told = i->wire.len > 0;
	struct sm_swap *w = NULL;
	char id[SM_SWAP_ID];

	if (i->answers) {
		queue_write(s, UP, ITEM_STANZA, buf_span(&i->wire));
		return;
	}
	if (!s->sm_up) {
		session_write(s, DOWN, buf_span(&i->wire));
		return;
	}
	if (told) {
		w = sm_swap(s->sm, &i->wire, i->rest);
		if (!w) {
			session_fail(s, "policy-violation",
			    "too many refused stanzas", "too many refused");
			return;
		}
	} else {
		uuid_token(id, sizeof(id));
	}
	buf_reset(out);
	buf_addf(out, "<iq xmlns=\"" NS_CLIENT "\" type=\"%s\"",
	    told ? "get" : "result");
	wire_attribute(out, "id",
	    (struct span){w ? w->id : id, SM_SWAP_ID});
	wire_attribute(out, "to", jid_domain(buf_span(&s->jid)));
	buf_adds(out, told ? "><ping xmlns=\"" NS_PING "\"/></iq>" : "/>");
	queue_write(s, UP, ITEM_STANZA, buf_span(out));
}

/* And what the client gets: an error in place of an answer, or an answer to
 * nothing, which it ignores. */
static void refuse_down(struct session *s, struct span error)
{
	struct buf *out = &s->proxy->out;
	char id[SM_SWAP_ID];

	if (error.n)
		queue_write(s, DOWN, ITEM_STANZA, error);
	if (error.n || !s->sm_down)
		return;
	uuid_token(id, sizeof(id));
	buf_reset(out);
	buf_adds(out, "<iq xmlns=\"" NS_CLIENT "\" type=\"result\"");
	wire_attribute(out, "id", (struct span){id, SM_SWAP_ID});
	wire_attribute(out, "from", jid_domain(buf_span(&s->jid)));
	wire_attribute(out, "to", buf_span(&s->jid));
	buf_adds(out, "/>");
	queue_write(s, DOWN, ITEM_STANZA, buf_span(out));
}

/* The turn of a ping's answer: its error's, if that was not written early. */
static void emit_swapped(struct session *s, struct sm_swap *w)
{
	if (!w) {
		refuse_down(s, span_of(NULL));
	} else if (w->early) {
		sm_placed(s->sm, w);
		managed_placed(s);
	} else {
		refuse_down(s, buf_span(&w->error));
		sm_answered(s->sm, w);
		managed_told(s);
	}
}

void item_emit(struct session *s, struct item *i)
{
	struct buf *out = &s->proxy->out;

	switch (i->outcome) {
	case ITEM_GOES:
		if (!i->wire.len && i->q.line.len) {
			buf_reset(out);
			wire_element(out, item_stanza(i));
			queue_write(s, i->way, i->kind, buf_span(out));
		} else {
			queue_write(s, i->way, i->kind, buf_span(&i->wire));
		}
		if (i->kind == ITEM_LOGIN && s->phase != SESSION_OVER)
			session_logged_in(s);
		break;
	case ITEM_REFUSED:
		if (i->kind == ITEM_LOGIN)
			login_refused(s, i);
		else if (i->way == UP)
			refuse_up(s, i);
		else
			refuse_down(s, buf_span(&i->wire));
		break;
	case ITEM_SWAPPED:
		emit_swapped(s, i->swap);
		break;
	default:
		buf_reset(out);
		buf_addf(out, "<r xmlns=\"%s\"/>", s->sm ? s->sm->ns : NS_SM);
		session_write(s, i->way, buf_span(out));
	}
}
