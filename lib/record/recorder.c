/* SPDX-License-Identifier: ISC */
/* Writing new records. */
#include "record/recorder.h"

#include "xml/stanza.h"

void recorder_now(struct recorder *r)
{
	r->micros = stamp_now();
	stamp_write(r->time, r->micros);
}

void recorder_at(struct recorder *r, int64_t micros)
{
	stamp_write(r->time, micros);
}

void recorder_own(struct recorder *r)
{
	stamp_write(r->time, r->micros);
}

void recorder_token(char out[RECORDER_TOKEN])
{
	/* Without vowels no words come about. */
	static const char letters[] = "0123456789bcdfghjklmnpqrstvwxz";
	unsigned char raw[RECORDER_TOKEN];

	uuid_random(raw, sizeof(raw));
	for (int i = 0; i < RECORDER_TOKEN; i++)
		out[i] = letters[raw[i] % (sizeof(letters) - 1)];
}

void recorder_put(struct recorder *r, struct buf *lines, const char *id,
    struct span session, enum event event, enum verdict verdict,
    struct span reason, struct span stanza)
{
	static const struct span none = {"-", 1};
	struct record rec = {.event = event};
	char own[UUID_LEN];

	if (!id)
		uuid_make(&r->ids, r->micros, own);
	for (int i = 0; i < RECORD_FIELDS; i++)
		rec.field[i] = none;
	rec.field[RECORD_ID] = (struct span){id ? id : own, UUID_LEN};
	rec.field[RECORD_TIME] = (struct span){r->time, STAMP_LEN};
	rec.field[RECORD_NODE] = r->node;
	rec.field[RECORD_SESSION] = session;
	rec.field[RECORD_EVENT] = span_of(event_name(event));
	rec.field[RECORD_STANZA] = stanza;
	if (reason.p)
		rec.field[RECORD_REASON] = reason;
	record_set_verdict(&rec, verdict);
	record_write(lines, &rec);
}

void recorder_write(struct recorder *r, struct buf *lines,
    struct span session, enum event event, struct span reason,
    struct span stanza)
{
	recorder_put(r, lines, NULL, session, event,
	    reason.p ? VERDICT_REJECT : VERDICT_NONE, reason, stanza);
}

void recorder_session(struct recorder *r, struct buf *lines,
    struct span session, enum event event, struct span jid, const char *attrs)
{
	struct buf element = BUF_EMPTY;

	buf_addf(&element, "<session xmlns=\"%s\" jid=\"", RECORD_NS);
	stanza_escape_attr(&element, jid);
	buf_addf(&element, "\"%s/>", attrs);
	recorder_write(r, lines, session, event, (struct span){NULL, 0},
	    buf_span(&element));
	buf_release(&element);
}
