/* SPDX-License-Identifier: ISC */
/* What JetStream answers to a message that was sent. */
#include <stdio.h>
#include <string.h>

#include "ship/jetstream-internal.h"

static bool read_number(struct span *s, uint64_t *n)
{
	size_t i = 0;

	*n = 0;
	while (i < s->n && i < 19 && s->p[i] >= '0' && s->p[i] <= '9')
		*n = *n * 10 + (uint64_t)(s->p[i++] - '0');
	*s = (struct span){s->p + i, s->n - i};
	return i > 0;
}

static bool skip(struct span *s, const char *what)
{
	size_t n = strlen(what);

	if (!span_starts(*s, what))
		return false;
	*s = (struct span){s->p + n, s->n - n};
	return true;
}

/* {"stream":"NAME", "seq":N...}: nothing else is taken for a yes. */
static bool is_stored(struct jetstream *j, struct span s, uint64_t *seq)
{
	if (!skip(&s, "{\"stream\":\"") || !skip(&s, j->config.stream) ||
	    !skip(&s, "\","))
		return false;
	(void)skip(&s, " ");
	if (!skip(&s, "\"seq\":"))
		return false;
	return read_number(&s, seq) && *seq > 0;
}

static void describe(struct jetstream_item *item, struct span s)
{
	static const char key[] = "\"description\":\"";
	struct span last;
	char text[512];
	char *at, *end;

	snprintf(text, sizeof(text), "%.*s", SPAN_ARG(s));
	at = strstr(text, key);
	at = at ? at + strlen(key) : text;
	end = strchr(at, '"');
	if (end)
		*end = '\0';
	snprintf(item->text, sizeof(item->text), "%.255s", at);
	last = span_of(item->text);
	if (!skip(&last, "wrong last sequence: ") ||
	    !read_number(&last, &item->seq) || last.n)
		item->seq = 0;
}

void jetstream_answer(natsConnection *nc, natsSubscription *sub, natsMsg *m,
    void *arg)
{
	struct jetstream *j = arg;
	struct span to = span_of(natsMsg_GetSubject(m)), body;
	struct jetstream_item item = {.news = JETSTREAM_REFUSED};

	(void)nc;
	(void)sub;
	body = (struct span){natsMsg_GetData(m),
	    (size_t)natsMsg_GetDataLength(m)};
	to = (struct span){to.p + JETSTREAM_INBOX + 1, to.n - JETSTREAM_INBOX - 1};
	if (read_number(&to, &item.number)) {
		if (is_stored(j, body, &item.seq))
			item.news = JETSTREAM_STORED;
		else if (natsMsg_IsNoResponders(m))
			snprintf(item.text, sizeof(item.text),
			    "no server answers for it");
		else
			describe(&item, body);
		jetstream_tell(j, &item);
	}
	natsMsg_Destroy(m);
}
