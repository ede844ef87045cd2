/* SPDX-License-Identifier: ISC */
/* A refusal that its sender is told by a chat message, as some clients show
 * nobody an error. The message is the domain's, and like all that a client
 * gets it is journaled first: while it is, it has the place of the refused
 * stanza, and that one's error waits with it. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/uuid.h"
#include "io/timer.h"
#include "live/internal.h"
#include "live/notice.h"
#include "xml/bounce.h"

enum { MESSAGE_ID = 16 }; /* characters */

struct refusal {
	struct buf error; /* on the wire */
};

bool refusal_written(const struct stanza *x)
{
	static const char *const parts[] = {"body", "subject", "encrypted",
	    "oversize"};

	if (!stanza_is(x, 0, NULL, "message"))
		return false;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (stanza_child(x, 0, NULL, parts[i]) != STANZA_NONE)
			return true;
	}
	return false;
}

static void compose(struct session *s, struct span text, struct buf *out)
{
	char id[MESSAGE_ID];

	uuid_token(id, sizeof(id));
	buf_reset(out);
	buf_adds(out, "<message xmlns=\"" NS_CLIENT "\"");
	wire_attribute(out, "from", jid_domain(buf_span(&s->jid)));
	wire_attribute(out, "to", buf_span(&s->jid));
	wire_attribute(out, "id", (struct span){id, MESSAGE_ID});
	buf_adds(out, " type=\"chat\"><body>");
	stanza_escape_text(out, text);
	buf_adds(out, "</body></message>");
}

/* It is on record: the sender is told. */
static void say(struct item *i)
{
	struct buf *error = &i->refusal->error, message = i->wire;

	if (!message.len)
		wire_element(&message, item_stanza(i));
	i->wire = (struct buf)BUF_EMPTY;
	if (i->session->proxy->o.refusal_notice == PROXY_NOTICE_BOTH) {
		i->wire = *error;
		*error = (struct buf)BUF_EMPTY;
		i->rest = (uint32_t)i->wire.len;
	}
	buf_addspan(&i->wire, buf_span(&message));
	buf_release(&message);
	item_ready(i);
}

/* The pipeline is asked of what is written in its place. */
static void ask(struct session *s, struct item *i)
{
	struct proxy *p = s->proxy;

	i->state = ITEM_HELD;
	i->since = timer_now();
	item_list(&p->oldest, &p->newest, i);
	queue_ask_again(s, i->way);
}

bool refusal_begin(struct item *i, const struct bounce *why)
{
	static const struct ruling none = {.verdict = VERDICT_NONE};
	struct session *s = i->session;
	struct proxy *p = s->proxy;

	if (p->o.refusal_notice == PROXY_NOTICE_ERROR || i->way != UP ||
	    i->answers || !i->wire.len ||
	    !refusal_written(&p->stanza))
		return false;
	i->refusal = mem_zalloc(sizeof(*i->refusal));
	i->refusal->error = i->wire;
	i->wire = (struct buf)BUF_EMPTY;
	compose(s, why->text, &p->line);
	recorder_now(&p->recorder);
	item_record(i, EVENT_RECV, buf_span(&p->line), &none);
	/* Where there is a pipeline: not where it is what failed. */
	if (strcmp(why->type, "wait") == 0)
		refusal_unjudged(i);
	else
		ask(s, i);
	return true;
}

void refusal_unjudged(struct item *i)
{
	i->state = ITEM_NOTED;
	notice_done(i, "told", "", say);
}

void refusal_allowed(struct item *i)
{
	say(i);
}

void refusal_denied(struct item *i)
{
	buf_release(&i->wire);
	i->wire = i->refusal->error;
	i->refusal->error = (struct buf)BUF_EMPTY;
	item_ready(i);
}

size_t refusal_weight(const struct item *i)
{
	return i->refusal ? sizeof(*i->refusal) + i->refusal->error.cap : 0;
}

void refusal_free(struct item *i)
{
	if (!i->refusal)
		return;
	buf_release(&i->refusal->error);
	free(i->refusal);
	i->refusal = NULL;
}
