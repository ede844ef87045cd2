/* SPDX-License-Identifier: ISC */
/* Which way stanzas went. */
#include "record/direction.h"

#include <string.h>

#include "base/fnv.h"
#include "base/mem.h"
#include "xml/jid.h"

/* What an address is to the account that is recorded. */
enum who {
	WHO_NOBODY,
	WHO_OTHER,
	WHO_HOST,     /* the account's domain */
	WHO_BARE,     /* the account */
	WHO_SAME,     /* the very resource that is recorded */
	WHO_RESOURCE, /* one of its resources, which may be another */
};

/* What addresses tell of a direction: surely, perhaps, that it is not of this
 * account, or nothing. */
enum told { TOLD_NOTHING, TOLD_SEND, TOLD_RECV, LIKELY_SEND, LIKELY_RECV,
	LIKELY_ANSWER, TOLD_NEITHER };

/* Whether a JID is of characters that any preparing leaves as they are: most
 * are, and this takes a tenth of the time. */
static bool is_plain(struct span jid)
{
	static const bool plain[256] = {['-'] = true, ['.'] = true,
	    ['/'] = true, ['0'] = true, ['1'] = true, ['2'] = true,
	    ['3'] = true, ['4'] = true, ['5'] = true, ['6'] = true,
	    ['7'] = true, ['8'] = true, ['9'] = true, ['@'] = true,
	    ['_'] = true, ['a'] = true, ['b'] = true, ['c'] = true,
	    ['d'] = true, ['e'] = true, ['f'] = true, ['g'] = true,
	    ['h'] = true, ['i'] = true, ['j'] = true, ['k'] = true,
	    ['l'] = true, ['m'] = true, ['n'] = true, ['o'] = true,
	    ['p'] = true, ['q'] = true, ['r'] = true, ['s'] = true,
	    ['t'] = true, ['u'] = true, ['v'] = true, ['w'] = true,
	    ['x'] = true, ['y'] = true, ['z'] = true};
	char before = 0;

	for (size_t i = 0; i < jid.n; i++) {
		unsigned char c = (unsigned char)jid.p[i];

		/* "xn--" is another name; a final dot is none of it. */
		if (!plain[c] || (c == '-' && before == '-') ||
		    (c == '/' && before == '.'))
			return false;
		before = (char)c;
	}
	return before != '.' && before != '/' && before != '@';
}

static enum who who(struct traffic *t, struct span jid)
{
	struct span own = buf_span(&t->own_whole), bare, given = jid;

	if (!jid.p)
		return WHO_NOBODY;
	bare = jid_bare(own);
	if (!is_plain(jid)) {
		buf_reset(&t->jid);
		if (!jid_prepare(&t->jid, jid))
			return WHO_OTHER;
		given = buf_span(&t->jid);
	}
	if (span_same(given, own))
		return own.n == bare.n ? WHO_BARE : WHO_SAME;
	if (span_same(given, bare))
		return WHO_BARE;
	if (span_same(jid_bare(given), bare))
		return WHO_RESOURCE;
	return span_same(given, jid_domain(own)) ? WHO_HOST : WHO_OTHER;
}

static uint64_t hash_of(struct span s)
{
	uint64_t hash = fnv_hash(s);

	return hash ? hash : 1;
}

static bool was_asked(const struct traffic *t, bool sent, struct span id)
{
	uint64_t hash = hash_of(id);

	for (int i = 0; id.p && t->asked && i < TRAFFIC_ASKED; i++) {
		if (t->asked[sent * TRAFFIC_ASKED + i] == hash)
			return true;
	}
	return false;
}

/* Remember a request, so that its answer is known for one. */
static void note_asked(struct traffic *t, bool sent, struct span id)
{
	if (!id.p)
		return;
	if (!t->asked)
		t->asked = mem_zalloc(2 * TRAFFIC_ASKED * sizeof(*t->asked));
	t->asked[sent * TRAFFIC_ASKED + t->asked_at[sent]++ % TRAFFIC_ASKED] =
	    hash_of(id);
}

static bool is_answer(const struct xml_root *r, enum traffic_kind kind)
{
	return kind == TRAFFIC_KIND_IQ &&
	    (span_is(r->type, "result") || span_is(r->type, "error"));
}

/* A change of the roster looks alike, asked for and told of (RFC 6121 section
 * 2.1). */
static bool is_push(const struct xml_root *r)
{
	return r->children == 1 && span_is(r->type, "set") &&
	    span_is(r->child[0].ns, "jabber:iq:roster");
}

/* Clients leave their name out; of servers only what they answer in the
 * account's name has none (RFC 6120 section 8.1.2.1). */
static enum told from_nobody(const struct traffic *t, const struct xml_root *r,
    enum traffic_kind kind, enum who to)
{
	bool answer = is_answer(r, kind);

	switch (to) {
	case WHO_SAME:
	case WHO_RESOURCE:
		return answer ? TOLD_RECV : LIKELY_ANSWER;
	case WHO_BARE:
		return LIKELY_RECV;
	case WHO_NOBODY:
		if (!answer)
			return is_push(r) ? TOLD_NOTHING : LIKELY_SEND;
		if (was_asked(t, true, r->id))
			return TOLD_RECV;
		return was_asked(t, false, r->id) ? TOLD_SEND : TOLD_NOTHING;
	default:
		return TOLD_SEND;
	}
}

static enum told from_bare(const struct xml_root *r, enum traffic_kind kind,
    enum who to)
{
	switch (to) {
	case WHO_SAME:
	case WHO_RESOURCE:
		return TOLD_RECV;
	case WHO_BARE:
		return TOLD_NOTHING;
	case WHO_NOBODY:
		return is_answer(r, kind) ? TOLD_RECV : LIKELY_SEND;
	default:
		return TOLD_SEND;
	}
}

/* From a resource of the account, to itself: a server sends presence back. */
static enum told from_full(enum traffic_kind kind, enum who from, enum who to,
    bool which)
{
	bool same = from == WHO_SAME;

	switch (to) {
	case WHO_SAME:
		if (!same)
			return TOLD_RECV;
		return kind == TRAFFIC_KIND_PRESENCE ? TOLD_RECV
						     : TOLD_NOTHING;
	case WHO_RESOURCE:
		return same ? TOLD_SEND : TOLD_NOTHING;
	case WHO_BARE:
		return same || !which ? LIKELY_SEND : TOLD_RECV;
	case WHO_NOBODY:
		return LIKELY_SEND;
	default:
		return TOLD_SEND;
	}
}

static enum told by_own(struct traffic *t, const struct xml_root *r,
    enum traffic_kind kind)
{
	enum who from = who(t, r->from), to = who(t, r->to);
	struct span own = buf_span(&t->own_whole);

	switch (from) {
	case WHO_NOBODY:
		return from_nobody(t, r, kind, to);
	case WHO_BARE:
		return from_bare(r, kind, to);
	case WHO_SAME:
	case WHO_RESOURCE:
		return from_full(kind, from, to, jid_bare(own).n < own.n);
	default:
		return to == WHO_OTHER || to == WHO_HOST ? TOLD_NEITHER
							 : TOLD_RECV;
	}
}

/* Whoever it may be: an account writes to its resources, not they to
 * themselves in its name. */
static bool is_from_account(const struct xml_root *r)
{
	return r->from.p && r->to.p && r->from.n < r->to.n &&
	    span_same(r->from, jid_bare(r->to)) &&
	    memchr(r->from.p, '@', r->from.n);
}

static enum told by_domain(struct traffic *t, const struct xml_root *r)
{
	bool ours = local_has(t->local, r->from, &t->jid);
	bool to_us = local_has(t->local, r->to, &t->jid);

	if (!r->from.p && !t->server)
		return LIKELY_SEND;
	if (ours)
		return to_us ? LIKELY_SEND : TOLD_SEND;
	return to_us ? TOLD_RECV : TOLD_NEITHER;
}

static bool is_sure(enum told told)
{
	return told == TOLD_SEND || told == TOLD_RECV;
}

/* What a mark says stands, unless the addresses say that it cannot be. */
static enum traffic_meaning by_mark(struct traffic *t,
    const struct xml_root *r, enum told told)
{
	bool sent = t->way == TRAFFIC_SENT;

	if (is_sure(told) && (told == TOLD_SEND) != sent) {
		if (!t->way_unsure)
			return TRAFFIC_UNTOLD;
		t->way_turned = true;
		sent = !sent;
	}
	if (told == TOLD_NEITHER && sent && r->from.p)
		return TRAFFIC_FOREIGN;
	return sent ? TRAFFIC_SEND : TRAFFIC_RECV;
}

/* Of a stream of one side, which may have the other's stanzas in it. */
static enum traffic_meaning by_header(const struct traffic *t, enum told told)
{
	bool client = t->side == TRAFFIC_INITIATOR;

	if (is_sure(told))
		return told == TOLD_SEND ? TRAFFIC_SEND : TRAFFIC_RECV;
	if (told == TOLD_NEITHER && client && !t->server)
		return TRAFFIC_FOREIGN;
	if (told == LIKELY_ANSWER && client)
		return TRAFFIC_UNTOLD;
	return client ? TRAFFIC_SEND : TRAFFIC_RECV;
}

static enum traffic_meaning alone(enum told told)
{
	switch (told) {
	case TOLD_SEND:
	case LIKELY_SEND:
		return TRAFFIC_SEND;
	case TOLD_NOTHING:
		return TRAFFIC_UNTOLD;
	case TOLD_NEITHER:
		return TRAFFIC_FOREIGN;
	default:
		return TRAFFIC_RECV;
	}
}

/* Most of what clients send: nothing of it needs to be compared. */
static bool is_common(const struct traffic *t, const struct xml_root *r,
    enum traffic_kind kind)
{
	return t->side == TRAFFIC_INITIATOR && !t->way && !t->server &&
	    kind == TRAFFIC_KIND_MESSAGE && !r->from.p && r->to.n &&
	    !memchr(r->to.p, '/', r->to.n);
}

static enum traffic_meaning decide(struct traffic *t,
    const struct xml_root *r, enum traffic_kind kind)
{
	bool one_side = t->side == TRAFFIC_INITIATOR ||
	    t->side == TRAFFIC_RESPONDER;
	enum told told = TOLD_NOTHING;

	if (is_common(t, r, kind))
		return TRAFFIC_SEND;
	if (t->own.len)
		told = by_own(t, r, kind);
	else if (is_from_account(r))
		told = TOLD_RECV;
	if ((told == TOLD_NOTHING || told == TOLD_NEITHER) &&
	    t->local->domains && (r->from.p || r->to.p))
		told = by_domain(t, r);
	if (t->way)
		return by_mark(t, r, told);
	if (one_side)
		return by_header(t, told);
	if (t->own.len || t->local->domains)
		return alone(told);
	if (told == TOLD_RECV)
		return TRAFFIC_RECV;
	/* Nobody said whose it is; who sent it is what it says. */
	return t->side == TRAFFIC_BOTH && r->from.p ? TRAFFIC_UNTOLD
						    : TRAFFIC_SEND;
}

enum traffic_meaning direction_tell(struct traffic *t,
    const struct xml_root *r, enum traffic_kind kind, struct span *from)
{
	enum traffic_meaning meaning = decide(t, r, kind);
	bool sent = meaning == TRAFFIC_SEND;

	if (meaning != TRAFFIC_SEND && meaning != TRAFFIC_RECV)
		return meaning;
	if (kind == TRAFFIC_KIND_IQ && !is_answer(r, kind))
		note_asked(t, sent, r->id);
	if (r->from.p)
		return meaning;
	if (t->mixed && !t->own.len)
		return TRAFFIC_UNTOLD;
	/* RFC 6120 section 8.1.2.1: what comes without a sender comes from
	 * the account itself. */
	if (t->own.len && (sent || !t->server))
		*from = sent ? buf_span(&t->own)
			     : jid_bare(buf_span(&t->own));
	return meaning;
}
