/* SPDX-License-Identifier: ISC */
/* Making the record of what is released. */
#include "review/released.h"

#include "base/stamp.h"
#include "base/uuid.h"
#include "record/review.h"
#include "xml/delay.h"
#include "xml/jid.h"

/* With the domain that held it: the sender's of what was on its way out, the
 * addressee's of what came in. */
static void write_late(struct buf *b, const struct stanza *s, enum event event,
    struct span time)
{
	struct span jid =
	    stanza_get(s, 0, event == EVENT_SEND ? "from" : "to");

	delay_begin(b, s, span_of(NULL));
	delay_write(b, time, jid.p ? jid_domain(jid) : jid);
	delay_end(b, s);
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
	write_late(&stanza, tree, held->event, held->field[RECORD_TIME]);
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
