/* SPDX-License-Identifier: ISC */
/* How stream management begins: asked for and answered on its own (XEP-0198),
 * or inside of a login (XEP-0386). */
#include <inttypes.h>

#include "live/internal.h"

static bool is_true(struct span s)
{
	return span_is(s, "true") || span_is(s, "1");
}

/* Begin to keep what a managed session needs. */
static void begin(struct session *s)
{
	if (!s->sm)
		s->sm = sm_new();
	s->sm->holder = s;
	s->sm->ns = s->sm_ns;
	buf_reset(&s->sm->jid);
	buf_addspan(&s->sm->jid, buf_span(&s->jid));
	buf_reset(&s->sm->token);
	buf_add(&s->sm->token, s->token, RECORDER_TOKEN);
}

static void enable(struct session *s, bool resume, uint32_t max)
{
	struct buf *out = &s->proxy->out;

	begin(s);
	s->managed = MANAGED_ASKED;
	buf_reset(out);
	buf_addf(out, "<enable xmlns=\"%s\"", s->sm_ns);
	if (resume)
		buf_adds(out, " resume=\"true\"");
	if (max)
		buf_addf(out, " max=\"%" PRIu32 "\"", max);
	buf_adds(out, "/>");
	queue_pass(s, UP, ITEM_ENABLE, buf_span(out));
}

/* While the server has not answered a first one nobody knows yet what to say
 * to a second: until then no more is taken from the client. */
void managed_enable(struct session *s)
{
	struct proxy *p = s->proxy;
	uint32_t max = 0;
	bool resume;

	if (s->phase != SESSION_BOUND || s->managed == MANAGED_ON ||
	    stanza_read(&p->stanza, buf_span(&p->canon))) {
		managed_unexpected(s);
		return;
	}
	resume = is_true(stanza_get(&p->stanza, 0, "resume"));
	sm_count(stanza_get(&p->stanza, 0, "max"), &max);
	if (s->managed == MANAGED_NONE) {
		enable(s, resume, max);
		return;
	}
	s->stream[UP].blocked = s->enable_again = true;
	s->enable_resume = resume;
	s->enable_max = max;
}

/* The first <enable/> was answered: a second one is now, too. */
void managed_again(struct session *s)
{
	if (!s->enable_again)
		return;
	s->enable_again = false;
	if (s->managed == MANAGED_ON)
		managed_unexpected(s);
	else
		enable(s, s->enable_resume, s->enable_max);
	stream_unblock(s, UP);
}

/* Append the attribute as it is, if it is there. */
static void keep(const struct stanza *x, uint32_t node, const char *name,
    struct buf *out)
{
	struct span value = stanza_get(x, node, name);

	if (value.p)
		buf_addf(out, " %s=\"%.*s\"", name, SPAN_ARG(value));
}

/* It counts from here on. Append the element that says so, without the
 * "location" that would lead the client around the node. */
static void take_enabled(struct session *s, uint32_t node, struct buf *out)
{
	struct proxy *p = s->proxy;
	const struct stanza *x = &p->stanza;
	struct buf id = BUF_EMPTY;
	uint32_t max = 0;

	s->managed = MANAGED_ON;
	sm_count(stanza_get(x, node, "max"), &max);
	stanza_unescape(&id, stanza_get(x, node, "id"));
	if (is_true(stanza_get(x, node, "resume")))
		sm_enabled(&p->sms, s->sm, buf_span(&id), max);
	buf_release(&id);
	buf_addf(out, "<enabled xmlns=\"%s\"", s->sm->ns);
	keep(x, node, "id", out);
	keep(x, node, "resume", out);
	keep(x, node, "max", out);
	buf_adds(out, "/>");
}

void managed_enabled(struct session *s)
{
	struct proxy *p = s->proxy;

	if (s->managed != MANAGED_ASKED || !s->sm_up ||
	    stanza_read(&p->stanza, buf_span(&p->canon))) {
		managed_nonsense(s);
		return;
	}
	buf_reset(&p->out);
	take_enabled(s, 0, &p->out);
	queue_pass(s, DOWN, ITEM_ENABLED, buf_span(&p->out));
	managed_again(s);
}

/* Nothing was counted before it, and what comes behind it is behind the login,
 * which is held. */
void managed_inline(struct session *s, uint32_t node)
{
	struct proxy *p = s->proxy;
	struct span raw = p->stanza.node[node].raw;
	size_t at = (size_t)(raw.p - p->canon.data);

	s->sm_ns = NS_SM;
	begin(s);
	s->sm_up = s->sm_down = true;
	buf_reset(&p->line);
	buf_add(&p->line, p->canon.data, at);
	take_enabled(s, node, &p->line);
	buf_add(&p->line, raw.p + raw.n, p->canon.len - at - raw.n);
	buf_reset(&p->canon);
	buf_addspan(&p->canon, buf_span(&p->line));
}
