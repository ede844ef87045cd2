/* SPDX-License-Identifier: ISC */
/* Sending what was released: asked of once more, then with its time and its
 * mark, through the component. */
#include "live/component.h"
#include "live/release-internal.h"
#include "live/release.h"
#include "xml/delay.h"

bool releases_here(struct releases *all, struct span jid)
{
	const struct local *local = all->proxy->o.local;
	struct span domain = jid_domain(jid);
	const char *dot;

	while (domain.n) {
		if (local_has(local, domain, &all->scratch))
			return true;
		dot = memchr(domain.p, '.', domain.n);
		if (!dot)
			return false;
		domain.n -= (size_t)(dot + 1 - domain.p);
		domain.p = dot + 1;
	}
	return false;
}

struct span release_home(const struct release *r)
{
	return jid_domain(
	    buf_span(r->event == EVENT_SEND ? &r->from : &r->to));
}

/* A version 8 UUID (RFC 9562 section 5.8) of the review's id: asked again, with
 * the review's time, it is the same question. */
static void question_id(struct release *r, char id[UUID_LEN])
{
	static const char what[] = "cup release ";
	struct digest *d = r->all->plain;
	char hex[DIGEST_HEX];
	int from = 0;

	digest_begin(d);
	digest_add(d, what, sizeof(what) - 1);
	digest_add(d, r->id, UUID_LEN);
	digest_hex(d, hex);
	hex[12] = '8';
	hex[16] = "89ab"[hex[16] & 3];
	for (int i = 0; i < UUID_LEN; i++)
		id[i] = i == 8 || i == 13 || i == 18 || i == 23 ? '-'
								 : hex[from++];
}

void release_ask(struct release *r)
{
	struct releases *all = r->all;
	struct proxy *p = all->proxy;
	struct review_reason reason = {.by = buf_span(&r->by),
	    .rules = buf_span(&r->rules),
	    .id = {r->id, UUID_LEN},
	    .try = {r->try, MARK_TRY}};
	char id[UUID_LEN];

	uuid_token(r->try, MARK_TRY);
	question_id(r, id);
	buf_reset(&all->reason);
	review_reason_write(&all->reason, &reason);
	recorder_at(&p->recorder, r->when);
	r->i.event = EVENT_SEND;
	recorder_put(&p->recorder, &r->i.q.line, id, span_of("review"),
	    EVENT_SEND, VERDICT_NONE, buf_span(&all->reason),
	    buf_span(&r->stanza));
	recorder_own(&p->recorder);
	release_step(r, RELEASE_ASKED);
	p->count.records_in++;
	pipeline_put(p->pipeline, &r->i.q);
}

/* Whether the node will know it again, and has to. */
static bool is_marked(struct release *r)
{
	return releases_here(r->all, jid_bare(buf_span(&r->to)));
}

static void add_mark(struct release *r, struct buf *out)
{
	struct mark m = {.id = {r->id, UUID_LEN},
	    .try = {r->try, MARK_TRY},
	    .by = buf_span(&r->by),
	    .rules = buf_span(&r->rules),
	    .from = jid_bare(buf_span(&r->from)),
	    .to = jid_bare(buf_span(&r->to))};

	if (is_marked(r))
		mark_write(out, r->all->key, &r->all->x, &m);
}

/* In all.out, with all that is added to it. False if it cannot be. */
static bool compose(struct release *r)
{
	struct releases *all = r->all;

	if (stanza_read(&all->x, buf_span(&r->stanza)) ||
	    (is_marked(r) && !mark_fits(&all->x)))
		return false;
	buf_reset(&all->out);
	delay_begin(&all->out, &all->x, buf_span(&r->to));
	delay_write(&all->out, buf_span(&r->time), release_home(r));
	add_mark(r, &all->out);
	delay_end(&all->out, &all->x);
	return !stanza_read(&all->x, buf_span(&all->out));
}

bool release_send(struct release *r)
{
	struct component *c = r->all->proxy->component;

	if (!component_link(c))
		return false;
	uuid_token(r->try, MARK_TRY);
	if (!compose(r)) {
		release_settle(r, OUTCOME_REFUSED,
		    span_of("it has too much in it to be sent later"));
		return false;
	}
	if (!component_send(c, buf_span(&r->all->out)))
		return false;
	release_step(r, RELEASE_SENT);
	return true;
}

void release_ping(struct release *r)
{
	struct component *c = r->all->proxy->component;
	char id[UUID_LEN + MARK_TRY];

	uuid_token(r->ping, MARK_TRY);
	memcpy(id, r->id, UUID_LEN);
	memcpy(id + UUID_LEN, r->ping, MARK_TRY);
	r->link = component_link(c);
	component_ping(c, release_home(r), (struct span){id, sizeof(id)});
}
