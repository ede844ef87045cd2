/* SPDX-License-Identifier: ISC */
/* The steps of a release, from what was settled to what came of it. */
#include "io/timer.h"
#include "live/component.h"
#include "live/release-internal.h"
#include "live/release.h"
#include "xml/same-stanza.h"

static bool in_pipeline(enum release_step step)
{
	return step == RELEASE_ASKED;
}

static bool at_server(enum release_step step)
{
	return step == RELEASE_SENT || step == RELEASE_TOLD;
}

void release_step(struct release *r, enum release_step step)
{
	struct releases *all = r->all;

	all->asked += in_pipeline(step);
	all->asked -= in_pipeline(r->step);
	all->sent += at_server(step);
	all->sent -= at_server(r->step);
	r->step = step;
}

struct session *releases_session(const struct releases *all, struct span jid)
{
	struct session *s = all->proxy->sessions;

	while (s && !(s->phase == SESSION_BOUND &&
			span_same(buf_span(&s->jid), jid)))
		s = s->next;
	return s;
}

/* Why it can never be sent, or NULL. A room takes what its occupants say, and
 * they hear it, only while they are in it. */
static const char *unfit(const struct release *r)
{
	const struct buf *user =
	    r->event == EVENT_SEND ? &r->from : &r->to;

	if (!r->message)
		return "only a message can be sent later";
	if (!releases_here(r->all, jid_bare(buf_span(user))))
		return "it is not a message of this node's users";
	if (r->groupchat && !releases_session(r->all, buf_span(user)))
		return "no longer in the room";
	return NULL;
}

void release_settle(struct release *r, enum release_outcome outcome,
    struct span why)
{
	if (why.p != r->why.data) {
		buf_reset(&r->why);
		buf_addspan(&r->why, why);
	}
	r->outcome = outcome;
	if (!release_tellable(r)) {
		if (outcome == OUTCOME_TOLD)
			r->outcome = OUTCOME_REFUSED;
		release_done(r);
	} else if (outcome == OUTCOME_SENT) {
		/* That it was sent is not to be in doubt for this. */
		release_tell(r);
		release_done(r);
	} else {
		release_step(r, RELEASE_TELLS);
		releases_go(r->all);
	}
}

static void refuse(struct release *r, const char *why)
{
	release_settle(r, OUTCOME_REFUSED, span_of(why));
}

static bool arrived(const struct release *r)
{
	return releases_try(r->all, (struct span){r->id, UUID_LEN}).p != NULL;
}

static void sent(struct release *r)
{
	release_settle(r, OUTCOME_SENT, span_of(""));
}

static void begin(struct release *r)
{
	struct releases *all = r->all;
	const char *why = unfit(r);

	if (r->verdict != REVIEW_RELEASE)
		release_settle(r, OUTCOME_TOLD, buf_span(&r->why));
	else if (arrived(r))
		sent(r);
	else if (r->old && !releases_here(all, buf_span(&r->to)))
		release_settle(r, OUTCOME_DOUBTFUL,
		    span_of("it may have been sent before"));
	else if (why)
		refuse(r, why);
	else if (r->event != EVENT_SEND)
		release_step(r, RELEASE_DUE);
	else if (all->asked < RELEASES_ASKED)
		release_ask(r);
}

/* What a connection ended over goes alone, so that it harms no other. */
static bool may_send(const struct release *r)
{
	return r->all->sent < (r->losses ? 1 : RELEASES_SENT);
}

/* Whoever was in the room may have left it since. */
static void send_due(struct release *r)
{
	const char *why = unfit(r);

	if (arrived(r))
		sent(r);
	else if (why)
		refuse(r, why);
	else if (may_send(r) && release_send(r))
		release_ping(r);
}

static void advance(struct release *r)
{
	if (r->step == RELEASE_NEW)
		begin(r);
	if (r->step == RELEASE_DUE)
		send_due(r);
	if (r->step == RELEASE_TELLS && may_send(r) && release_tell(r))
		release_ping(r);
}

void releases_go(struct releases *all)
{
	if (!all || all->proxy->draining || all->going)
		return;
	all->going = true;
	for (struct release *r = all->first; r; r = r->next)
		advance(r);
	all->going = false;
}

/* The connection that it was written to is gone, and so is the answer. Where
 * the node sees it arrive it can be sent again. */
static void lost(struct release *r)
{
	bool last = ++r->losses == RELEASE_LOSSES;

	if (r->step == RELEASE_TOLD && last)
		release_done(r);
	else if (r->step == RELEASE_TOLD)
		release_step(r, RELEASE_TELLS);
	else if (!last && releases_here(r->all, buf_span(&r->to)))
		release_step(r, RELEASE_DUE);
	else
		release_settle(r, OUTCOME_DOUBTFUL,
		    span_of("the server went away before it said that it "
			    "had it"));
}

void releases_tick(struct releases *all, int64_t now)
{
	uint64_t link;

	if (!all || !all->first)
		return;
	link = component_link(all->proxy->component);
	for (struct release *r = all->first; r; r = r->next) {
		if (at_server(r->step) && r->link != link)
			lost(r);
		else if (r->step == RELEASE_THERE && now >= r->until)
			sent(r);
	}
	releases_go(all);
}

/* An error may be on its way to who sent it, whose session is here. */
static void there(struct release *r)
{
	r->until = timer_now() + (r->groupchat ? RELEASE_ROOM : RELEASE_USER);
	release_step(r, RELEASE_THERE);
}

void releases_answered(struct releases *all, struct span id)
{
	struct release *r;

	if (!all || id.n != UUID_LEN + MARK_TRY)
		return;
	r = releases_find(all, (struct span){id.p, UUID_LEN});
	if (!r || !at_server(r->step) ||
	    memcmp(id.p + UUID_LEN, r->ping, MARK_TRY) != 0)
		return;
	if (r->step == RELEASE_TOLD)
		release_done(r);
	else if (arrived(r) || !releases_session(all, buf_span(&r->from)))
		sent(r);
	else
		there(r);
	releases_go(all);
}

/* As the pipeline changed it. NULL if it is the same message still. */
static const char *change(struct release *r, const struct record *rec)
{
	struct same_stanza alike = {.was = {0}};
	struct span changed = rec->field[RECORD_STANZA];
	const char *why = rec->event == EVENT_SEND ? NULL : "is another event";

	if (!why)
		why = same_stanza_check(&alike, buf_span(&r->stanza), changed);
	same_stanza_release(&alike);
	if (!why) {
		buf_reset(&r->stanza);
		buf_addspan(&r->stanza, changed);
	}
	return why;
}

static void allowed(struct release *r, const struct record *rec)
{
	const char *why = change(r, rec);

	if (!why) {
		release_step(r, RELEASE_DUE);
		return;
	}
	r->all->proxy->o.say("record %.*s came back and %s: it is not released",
	    SPAN_ARG(rec->field[RECORD_ID]), why);
	refuse(r, "it could not be verified");
}

static void returned(struct release *r, const struct record *rec)
{
	struct reason reason;
	struct span text = span_of("refused by policy");

	if (reason_last(rec->field[RECORD_REASON], &reason) && reason.text.n)
		text = reason.text;
	release_settle(r, OUTCOME_REFUSED, text);
}

/* Nobody let it out: perhaps a fresh pipeline will. */
static void stuck(struct release *r, const struct record *rec)
{
	struct proxy *p = r->all->proxy;

	p->o.say("record %.*s came back with the verdict '%s': only "
		 "cup-deliver --records releases",
	    SPAN_ARG(rec->field[RECORD_ID]), verdict_name(rec->verdict));
	verdict_unjudged(p, &r->i.q);
}

static void judged(struct release *r, const struct record *rec)
{
	if (!rec) {
		refuse(r, "it could not be judged");
	} else if (rec->verdict == VERDICT_DELIVER) {
		allowed(r, rec);
	} else if (rec->verdict == VERDICT_RETURN) {
		returned(r, rec);
	} else if (rec->verdict == VERDICT_DISCARD) {
		r->untold = true;
		refuse(r, "dropped by policy");
	} else {
		stuck(r, rec);
	}
}

/* By the pipeline, through which it was handed out: whoever did so hands it
 * out again if that was in vain, and is told the same again. */
static void reported(struct release *r, const struct record *rec)
{
	if (rec && rec->verdict == VERDICT_DELIVER) {
		release_free(r);
		return;
	}
	r->all->proxy->o.say("what came of review %.*s is not on record",
	    UUID_LEN, r->id);
	r->unreported = true;
}

void release_answered(struct item *i, const struct record *rec)
{
	struct release *r = (struct release *)(void *)i;
	struct releases *all = r->all;

	if (r->step == RELEASE_DONE)
		reported(r, rec);
	else
		judged(r, rec);
	releases_go(all);
}

/* RFC 6120 section 8.3.3: what an error says, in a word; XEP-0045 section 7.4
 * has one for who is not in the room. */
static void condition(struct releases *all, struct span canonical,
    struct buf *why)
{
	static const char ns[] = NS_STANZAS;
	struct stanza *x = &all->x;
	uint32_t error = STANZA_NONE, node = STANZA_NONE;

	if (!stanza_read(x, canonical))
		error = stanza_child(x, 0, NULL, "error");
	if (error != STANZA_NONE)
		node = x->node[error].child;
	while (node != STANZA_NONE && !span_is(x->node[node].ns, ns))
		node = x->node[node].next;
	if (node == STANZA_NONE)
		buf_adds(why, "it came back");
	else if (span_is(x->node[node].local, "not-acceptable"))
		buf_adds(why, "no longer in the room");
	else
		buf_addf(why, "it came back: %.*s",
		    SPAN_ARG(x->node[node].local));
}

void releases_refused(struct releases *all, const struct xml_root *root,
    struct span canonical, bool told)
{
	struct release *r = root->id.n ? all->first : NULL;
	struct buf why = BUF_EMPTY;

	while (r && !((r->step == RELEASE_SENT || r->step == RELEASE_THERE) &&
			 span_same(root->to, buf_span(&r->from)) &&
			 span_same(jid_bare(root->from),
			     jid_bare(buf_span(&r->to))) &&
			 span_same(root->id, buf_span(&r->ident)) &&
			 !arrived(r)))
		r = r->next;
	if (!r)
		return;
	r->untold = r->untold || told;
	condition(all, canonical, &why);
	release_settle(r, OUTCOME_REFUSED, buf_span(&why));
	buf_release(&why);
}
