/* SPDX-License-Identifier: ISC */
/* libnats: a stream is there, as it has to be, and what it ends in. Each
 * question waits for its answer, so they are asked by a thread of their own. */
#include <stdio.h>
#include <string.h>

#include "ship/jetstream-internal.h"

/* Nanoseconds for which the servers know the ids of messages. */
static const int64_t DUPLICATES = INT64_C(120) * 1000000000;

static natsStatus make(jsCtx *js, const struct jetstream_config *c,
    jsStreamInfo **info, jsErrCode *code)
{
	char subject[300];
	const char *subjects[] = {subject};
	jsStreamConfig s;

	snprintf(subject, sizeof(subject), "%s.>", c->stream);
	jsStreamConfig_Init(&s);
	s.Name = c->stream;
	s.Subjects = subjects;
	s.SubjectsLen = 1;
	s.Storage = js_FileStorage;
	s.Retention = js_LimitsPolicy;
	s.Discard = js_DiscardNew;
	s.Replicas = c->replicas;
	s.Duplicates = DUPLICATES;
	return js_AddStream(info, js, &s, NULL, code);
}

static bool fit(const struct jetstream_config *c, const jsStreamInfo *info,
    struct jetstream_item *item)
{
	const jsStreamConfig *s = info->Config;

	if (s->Storage != js_FileStorage)
		snprintf(item->text, sizeof(item->text),
		    "it is not kept in files");
	else if (s->Replicas < (int64_t)c->replicas)
		snprintf(item->text, sizeof(item->text),
		    "it has %d replicas, of %u that it has to have",
		    (int)s->Replicas, c->replicas);
	else
		return true;
	item->news = JETSTREAM_UNFIT;
	return false;
}

/* The message that is wanted, if it is there. One that may have been deleted, or
 * has grown too old, is not; else it is another server that does not know it
 * yet. */
static natsStatus identify(struct jetstream *j, jsCtx *js,
    const jsStreamState *state, struct jetstream_item *item, jsErrCode *code)
{
	const char *id = NULL;
	natsMsg *m = NULL;
	natsStatus s;

	if (!j->wanted || j->wanted > state->LastSeq)
		return NATS_OK;
	s = js_GetMsg(&m, js, j->config.stream, j->wanted, NULL, code);
	if (s == NATS_OK && natsMsgHeader_Get(m, "Nats-Msg-Id", &id) == NATS_OK)
		snprintf(item->id, sizeof(item->id), "%s", id);
	natsMsg_Destroy(m);
	if (s == NATS_NOT_FOUND &&
	    (j->wanted < state->FirstSeq || state->NumDeleted > 0))
		return NATS_OK;
	return s;
}

static natsStatus find(struct jetstream *j, jsCtx *js,
    struct jetstream_item *item, jsErrCode *code)
{
	jsStreamInfo *info = NULL;
	natsStatus s;

	s = js_GetStreamInfo(&info, js, j->config.stream, NULL, code);
	if (s == NATS_NOT_FOUND)
		s = make(js, &j->config, &info, code);
	if (s == NATS_OK && fit(&j->config, info, item)) {
		item->seq = info->State.LastSeq;
		item->news = JETSTREAM_FOUND;
		s = identify(j, js, &info->State, item, code);
	}
	jsStreamInfo_Destroy(info);
	return s;
}

static void *run(void *arg)
{
	struct jetstream *j = arg;
	struct jetstream_item item = {.news = JETSTREAM_NOT_FOUND};
	jsErrCode code = 0;
	jsCtx *js = NULL;
	natsStatus s = jetstream_context(j, &js);

	if (s == NATS_OK)
		s = find(j, js, &item, &code);
	if (s != NATS_OK) {
		item.news = JETSTREAM_NOT_FOUND;
		snprintf(item.text, sizeof(item.text), code ? "%s (%d)" : "%s",
		    natsStatus_GetText(s), (int)code);
	}
	jsCtx_Destroy(js);
	nats_ReleaseThreadMemory();
	jetstream_tell(j, &item);
	return NULL;
}

void jetstream_look(struct jetstream *j, uint64_t wanted)
{
	if (j->looking)
		return;
	j->wanted = wanted;
	jetstream_thread(&j->looker, run, j);
	j->looking = true;
}
