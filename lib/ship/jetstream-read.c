/* SPDX-License-Identifier: ISC */
/* libnats: reading a stream, by a consumer that the servers forget with us. */
#include "ship/jetstream-read.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ship/jetstream-internal.h"

enum {
	SILENCE = 5000, /* milliseconds without a message that is due */
	IDLE = 20000,	/* and where none is: for a consumer has to be trusted */
};

struct jetstream_reader {
	jsCtx *js;
	natsSubscription *sub;
	natsMsg *got;
	uint64_t taken;	 /* how many messages */
	uint64_t pending; /* how many more there were then */
	int64_t moved;
};

static void explain(struct buf *why, natsStatus s, jsErrCode code)
{
	buf_reset(why);
	buf_adds(why, natsStatus_GetText(s));
	if (code)
		buf_addf(why, " (%d)", (int)code);
	buf_str(why);
}

bool jetstream_ends(struct jetstream *j, uint64_t *first, uint64_t *last,
    bool *there, struct buf *why)
{
	jsStreamInfo *info = NULL;
	jsErrCode code = 0;
	jsCtx *js = NULL;
	natsStatus s = jetstream_context(j, &js);

	if (s == NATS_OK)
		s = js_GetStreamInfo(&info, js, j->config.stream, NULL, &code);
	*there = s != NATS_NOT_FOUND;
	if (s == NATS_OK) {
		*first = info->State.FirstSeq;
		*last = info->State.LastSeq;
	} else {
		explain(why, s, code);
	}
	jsStreamInfo_Destroy(info);
	jsCtx_Destroy(js);
	return s == NATS_OK;
}

static natsStatus subscribe(struct jetstream_reader *r,
    const struct jetstream_config *c, uint64_t from, bool heads,
    jsErrCode *code)
{
	char subject[300];
	jsSubOptions o;

	snprintf(subject, sizeof(subject), "%s.>", c->stream);
	jsSubOptions_Init(&o);
	o.Stream = c->stream;
	o.Config.DeliverPolicy = js_DeliverByStartSequence;
	o.Config.OptStartSeq = from;
	o.Config.AckPolicy = js_AckNone;
	o.Config.MaxDeliver = 1;
	o.Config.FlowControl = true;
	o.Config.Heartbeat = INT64_C(1000000000);
	o.Config.HeadersOnly = heads;
	o.Config.MemoryStorage = true;
	return js_SubscribeSync(&r->sub, r->js, subject, NULL, &o, code);
}

static natsStatus open_reader(struct jetstream_reader *r, struct jetstream *j,
    uint64_t from, bool heads, jsErrCode *code)
{
	jsConsumerInfo *info = NULL;
	natsStatus s = jetstream_context(j, &r->js);

	if (s == NATS_OK)
		s = subscribe(r, &j->config, from, heads, code);
	if (s == NATS_OK)
		s = natsSubscription_SetPendingLimits(r->sub, -1, -1);
	if (s == NATS_OK)
		s = natsSubscription_GetConsumerInfo(&info, r->sub, NULL, code);
	/* What is on its way to us is pending no more. */
	if (s == NATS_OK)
		r->pending = info->NumPending + info->Delivered.Consumer;
	jsConsumerInfo_Destroy(info);
	return s;
}

struct jetstream_reader *jetstream_reader_new(struct jetstream *j,
    uint64_t from, bool heads, struct buf *why)
{
	struct jetstream_reader *r = mem_zalloc(sizeof(*r));
	jsErrCode code = 0;
	natsStatus s = open_reader(r, j, from, heads, &code);

	r->moved = clock_ms();
	if (s == NATS_OK)
		return r;
	explain(why, s, code);
	jetstream_reader_free(r);
	return NULL;
}

void jetstream_reader_free(struct jetstream_reader *r)
{
	if (!r)
		return;
	natsMsg_Destroy(r->got);
	natsSubscription_Destroy(r->sub);
	jsCtx_Destroy(r->js);
	free(r);
}

static enum jetstream_read lost(struct buf *why, const char *text)
{
	buf_reset(why);
	buf_adds(why, text);
	buf_str(why);
	return JETSTREAM_LOST;
}

static enum jetstream_read nothing(struct jetstream_reader *r, struct buf *why)
{
	int64_t silent = clock_ms() - r->moved;

	if (silent > (r->pending ? SILENCE : IDLE))
		return lost(why, "no message comes");
	return r->pending ? JETSTREAM_PENDING : JETSTREAM_AT_END;
}

/* The consumer counts what it sends: one that is missing shows. */
static bool take(struct jetstream_reader *r, struct jetstream_got *got)
{
	jsMsgMetaData *meta = NULL;
	const char *place = NULL;
	bool next;

	if (natsMsg_GetMetaData(&meta, r->got) != NATS_OK)
		return false;
	next = meta->Sequence.Consumer == r->taken + 1;
	r->taken++;
	r->pending = meta->NumPending;
	got->seq = meta->Sequence.Stream;
	jsMsgMetaData_Destroy(meta);
	(void)natsMsgHeader_Get(r->got, JETSTREAM_PLACE, &place);
	got->place = place ? place : "";
	got->data = (struct span){natsMsg_GetData(r->got),
	    (size_t)natsMsg_GetDataLength(r->got)};
	return next;
}

enum jetstream_read jetstream_reader_next(struct jetstream_reader *r, int ms,
    struct jetstream_got *got, struct buf *why)
{
	natsStatus s;

	natsMsg_Destroy(r->got);
	r->got = NULL;
	s = natsSubscription_NextMsg(&r->got, r->sub, ms);
	if (s == NATS_TIMEOUT)
		return nothing(r, why);
	if (s != NATS_OK)
		return lost(why, natsStatus_GetText(s));
	r->moved = clock_ms();
	if (!take(r, got))
		return lost(why, "a message is missing");
	return JETSTREAM_READ;
}
