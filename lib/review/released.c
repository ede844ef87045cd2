/* SPDX-License-Identifier: ISC */
/* Making the record of what is released. */
#include "review/released.h"

#include "base/stamp.h"
#include "base/uuid.h"
#include "record/review.h"
#include "xml/jid.h"

static void add_delay(struct buf *b, const struct stanza *s, enum event event,
    struct span time)
{
	struct span jid =
	    stanza_get(s, 0, event == EVENT_SEND ? "from" : "to");

	buf_adds(b, "<delay xmlns=\"urn:xmpp:delay\" stamp=\"");
	buf_addspan(b, time);
	if (jid.p) {
		buf_adds(b, "\" from=\"");
		buf_addspan(b, jid_domain(jid));
	}
	buf_adds(b, "\"/>");
}

void released_stanza(struct buf *b, const struct stanza *s, enum event event,
    struct span time)
{
	const struct stanza_node *root = &s->node[0];
	size_t end = root->raw.n;

	if (root->child == STANZA_NONE) {
		buf_add(b, root->raw.p, end - 2);
		buf_addc(b, '>');
	} else {
		buf_add(b, root->raw.p, end - root->name.n - 3);
	}
	add_delay(b, s, event, time);
	buf_adds(b, "</");
	buf_addspan(b, root->name);
	buf_addc(b, '>');
}

bool released_record(struct buf *b, struct stanza *tree,
    const struct record *held, struct span review, const char *by)
{
	struct buf stanza = BUF_EMPTY, reason = BUF_EMPTY, rules = BUF_EMPTY;
	struct review_reason why = {.by = span_of(by), .id = review};
	struct uuid_source ids = {.left = 0};
	int64_t now = stamp_now();
	char id[UUID_LEN], time[STAMP_LEN];
	struct record r = *held;

	if (stanza_read(tree, held->field[RECORD_STANZA]))
		return false;
	review_rules(&rules, held->field[RECORD_REASON]);
	why.rules = buf_span(&rules);
	review_reason_write(&reason, &why);
	released_stanza(&stanza, tree, held->event, held->field[RECORD_TIME]);
	uuid_make(&ids, now, id);
	stamp_write(time, now);
	r.field[RECORD_ID] = (struct span){id, UUID_LEN};
	r.field[RECORD_TIME] = (struct span){time, STAMP_LEN};
	r.field[RECORD_REASON] = buf_span(&reason);
	r.field[RECORD_PROOF] = r.field[RECORD_ORIGINAL] = span_of("-");
	r.field[RECORD_STANZA] = buf_span(&stanza);
	r.extra = (struct span){"", 0};
	record_set_verdict(&r, VERDICT_PASS);
	record_write(b, &r);
	buf_release(&stanza);
	buf_release(&reason);
	buf_release(&rules);
	return true;
}
