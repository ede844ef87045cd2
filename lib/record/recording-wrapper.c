/* SPDX-License-Identifier: ISC */
/* Elements that hold the stanzas of a recording, or seem to: the wrappers of
 * exports, and what was not ended. */
#include "record/internal.h"

#include <inttypes.h>
#include <string.h>

#include "base/fnv.h"

#define NS_PIE "urn:xmpp:pie:0"
#define NS_PIE_OLD "http://www.xmpp.org/extensions/xep-0227.html#ns"
#define NS_PIE_MAM "urn:xmpp:pie:0#mam"
#define NS_MAM "urn:xmpp:mam:2"
#define NS_FORWARD "urn:xmpp:forward:0"
#define NS_DELAY "urn:xmpp:delay"

/* As bits: what may be in what. */
enum kind {
	OUTSIDE = 1 << 0,
	LOG = 1 << 1, /* mod_logxml of ejabberd */
	PACKET = 1 << 2,
	DATA = 1 << 3, /* XEP-0227 */
	HOST = 1 << 4,
	USER = 1 << 5,
	OFFLINE = 1 << 6,
	ARCHIVE = 1 << 7,
	RESULT = 1 << 8,    /* XEP-0313 */
	FORWARDED = 1 << 9, /* XEP-0297 */
	ANY = (1 << 10) - 1,
};

static const struct form {
	enum kind kind;
	const char *name;
	const char *ns[2]; /* NULL: whatever it is */
	unsigned within;
} forms[] = {
    {LOG, "log", {NULL}, OUTSIDE},
    {PACKET, "packet", {NULL}, OUTSIDE | LOG},
    {DATA, "server-data", {NS_PIE, NS_PIE_OLD}, OUTSIDE},
    {HOST, "host", {NS_PIE, NS_PIE_OLD}, OUTSIDE | DATA},
    {USER, "user", {NS_PIE, NS_PIE_OLD}, OUTSIDE | HOST},
    {OFFLINE, "offline-messages", {NS_PIE, NS_PIE_OLD}, USER},
    {ARCHIVE, "archive", {NS_PIE_MAM}, USER},
    {RESULT, "result", {NS_MAM}, OUTSIDE | ARCHIVE},
    {FORWARDED, "forwarded", {NS_FORWARD}, ANY},
};

static unsigned around(const struct recording *r)
{
	return r->wrappers ? r->wrapper[r->wrappers - 1].kind : OUTSIDE;
}

/* Wrappers inherit the namespace of the one around them. */
static bool is_form(const struct form *f, const struct recording *r,
    const struct stanza *s)
{
	const struct stanza_node *n = &s->node[0];

	if (!span_is(n->local, f->name) || !(around(r) & f->within))
		return false;
	if (!f->ns[0] || span_is(n->ns, f->ns[0]) ||
	    (f->ns[1] && span_is(n->ns, f->ns[1])))
		return true;
	return r->wrappers && span_is(n->ns, "jabber:client");
}

/* Read the start tag as an element of its own. */
static const struct form *read_form(struct recording *r)
{
	struct stanza *s = &r->now->traffic.stanza;
	struct span tag = r->scan.item;

	if (!tag.n || tag.p[tag.n - 1] != '>' ||
	    r->wrappers == RECORDING_WRAPPERS)
		return NULL;
	buf_reset(&r->text);
	buf_add(&r->text, tag.p, tag.n - 1);
	buf_adds(&r->text, "/>");
	if (xml_element(r->xml, &r->now->scope[TRAFFIC_HEADERLESS],
		buf_span(&r->text), &r->stanza, &r->root) ||
	    stanza_read(s, buf_span(&r->stanza)))
		return NULL;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		if (is_form(&forms[i], r, s))
			return &forms[i];
	}
	return NULL;
}

/* The characters of an attribute of the wrapper, in text. */
static struct span attribute(struct recording *r, const char *name)
{
	struct span value = stanza_get(&r->now->traffic.stanza, 0, name);

	buf_reset(&r->text);
	if (!value.p)
		return (struct span){NULL, 0};
	stanza_unescape(&r->text, value);
	return buf_span(&r->text);
}

static void own(struct recording *r, struct buf *lines, struct span jid)
{
	r->now = recording_session(r, lines, jid);
	recording_own(r, jid);
}

/* What a wrapper says of what is in it; its attributes are read before the
 * tree goes with the session. */
static void enter_packet(struct recording *r, struct buf *lines)
{
	struct span value = attribute(r, "or");
	struct moment m;

	r->way = span_is(value, "send") ? LOGLINE_OUT
	    : span_is(value, "recv")    ? LOGLINE_IN
					: LOGLINE_UNTOLD;
	r->view = LOGLINE_CLIENT;
	if (moment_read(&m, attribute(r, "ts")))
		recording_said(r, &m);
	value = attribute(r, "ljid");
	if (value.p)
		own(r, lines, value);
}

static void enter_user(struct recording *r, struct buf *lines)
{
	struct span name = attribute(r, "name");
	struct buf jid = BUF_EMPTY;

	if (name.p && name.n && r->host.len) {
		buf_addspan(&jid, name);
		buf_addc(&jid, '@');
		buf_addspan(&jid, buf_span(&r->host));
		own(r, lines, buf_span(&jid));
	}
	buf_release(&jid);
}

static void enter(struct recording *r, struct buf *lines, enum kind kind)
{
	if (kind == PACKET) {
		enter_packet(r, lines);
	} else if (kind == HOST) {
		struct span jid = attribute(r, "jid");

		buf_reset(&r->host);
		if (jid.p)
			buf_addspan(&r->host, jid);
	} else if (kind == USER) {
		enter_user(r, lines);
	} else if (kind == FORWARDED || kind == RESULT || kind == OFFLINE) {
		r->has_time = r->has_time && kind == FORWARDED &&
		    (around(r) & (PACKET | LOG | OUTSIDE));
	}
}

static void leave(struct recording *r, struct buf *lines, enum kind kind)
{
	if (kind != PACKET && kind != USER)
		return;
	r->now = recording_session(r, lines, (struct span){NULL, 0});
	r->way = LOGLINE_UNTOLD;
	r->has_time = false;
}

bool recording_leave(struct recording *r, struct buf *lines, struct span name)
{
	static const unsigned ended = LOG | PACKET | FORWARDED | RESULT;
	uint64_t hash = fnv_hash(name);
	size_t to = r->wrappers;

	if (!name.p) { /* the input ends */
		unsigned first = r->wrapper[0].kind;

		r->wrappers = 0;
		return !(first & ended);
	}
	while (to && r->wrapper[to - 1].name != hash)
		to--;
	if (!to)
		return false;
	while (r->wrappers >= to)
		leave(r, lines, (enum kind)r->wrapper[--r->wrappers].kind);
	return true;
}

int recording_open(struct recording *r, struct buf *lines)
{
	const struct form *f = NULL;
	struct span name = recording_name(r->scan.item, 1);
	uint64_t hash = fnv_hash(name);

	r->plain = true;
	if (r->how.format != RECORDING_STREAM)
		f = read_form(r);
	if (!f)
		return RECORDING_NOTHING;
	enter(r, lines, f->kind);
	r->wrapper[r->wrappers++] = (struct recording_wrapper){f->kind, hash};
	r->pos += scan_enter(&r->scan);
	r->line_at = r->scan.at;
	r->plain = false;
	return RECORDING_NOTHING;
}

/* Whether the namespace that the tag declares for itself, if it does, is one
 * of stanzas; the rest of it may be in disorder. */
static bool is_stanza_tag(struct span tag)
{
	static const char xmlns[] = "xmlns";
	struct span name = recording_name(tag, 1);
	const char *colon = name.n ? memchr(name.p, ':', name.n) : NULL;
	struct span prefix = {name.p, colon ? (size_t)(colon - name.p) : 0};
	size_t n = sizeof(xmlns) - 1, i = 1 + name.n;

	if (!tag.n || tag.p[tag.n - 1] != '>')
		return false;
	if (span_is(prefix, "stream"))
		return true;
	for (; i + n + prefix.n + 2 < tag.n; i++) {
		const char *p = tag.p + i;

		if (!memchr(" \t\r\n", p[-1], 4) || memcmp(p, xmlns, n) != 0)
			continue;
		p += n;
		if (prefix.n && (p[0] != ':' ||
				    memcmp(p + 1, prefix.p, prefix.n) != 0))
			continue;
		p += prefix.n ? prefix.n + 1 : 0;
		if (*p == '=')
			return strncmp(p + 2, "jabber:client", 13) == 0 ||
			    strncmp(p + 2, "jabber:server", 13) == 0;
	}
	return prefix.n == 0;
}

int recording_inner(struct recording *r, struct buf *lines)
{
	/* What users keep in their accounts is theirs to write. */
	bool opaque = around(r) & (HOST | USER | DATA);

	if (r->resumable || !is_stanza_tag(r->scan.item))
		return RECORDING_NOTHING;
	r->resumable = true;
	r->resume_at = r->scan.tag_at;
	return r->plain && !opaque ? recording_resume(r, lines)
				   : RECORDING_NOTHING;
}

/* Of the lines before a place those that may be a log's: of what is in a
 * stanza only the last one, for all others may be words. */
static void read_lines(struct recording *r, struct buf *lines, uint64_t from,
    uint64_t to)
{
	size_t i = recording_index(r, to), first;

	if (to - from > RECORDING_BEHIND)
		from = to - RECORDING_BEHIND;
	first = recording_index(r, from);
	while (!r->plain && i > first && r->in.data[i - 1] != '\n')
		i--;
	recording_lines(r, lines, r->plain ? from : recording_place(r, i), to);
}

int recording_lost(struct recording *r, uint64_t at, uint64_t size)
{
	bool much = r->plain && size > r->limit, again = r->told;

	if (r->plain)
		r->told = true;
	if (again)
		return RECORDING_NOTHING;
	buf_reset(&r->said);
	buf_addf(&r->said, "%snot ended: %s%" PRIu64 " bytes are lost",
	    r->plain ? "no wrapper that is known, or " : "",
	    much ? "more than " : "", much ? (uint64_t)r->limit : size);
	return recording_fault(r, at, buf_str(&r->said));
}

int recording_resume(struct recording *r, struct buf *lines)
{
	uint64_t from = r->scan.item_at, to = r->resume_at;
	unsigned depth = r->scan.depth;
	int what = recording_lost(r, from, to - from);

	r->pos = recording_index(r, to);
	scan_restart(&r->scan, to, true);
	if (r->plain)
		r->loose = depth < 100 ? depth : 100;
	if (r->how.format == RECORDING_AUTO || r->how.format == RECORDING_LOG)
		read_lines(r, lines, from, to);
	r->plain = r->resumable = r->stray = r->told = false;
	return what;
}

int recording_ended(struct recording *r)
{
	if (!r->resumable || !r->plain)
		return RECORDING_NOTHING;
	return recording_fault(r, r->resume_at,
	    "left out: a stanza inside what is no wrapper of any");
}

bool recording_delay(struct recording *r)
{
	struct stanza *s = &r->now->traffic.stanza;
	struct moment m;

	if (!(around(r) & (FORWARDED | RESULT)) ||
	    !span_is(r->root.ns, NS_DELAY) ||
	    stanza_read(s, buf_span(&r->stanza)) ||
	    !moment_read(&m, attribute(r, "stamp")))
		return false;
	m.zoned = true;
	recording_said(r, &m);
	return true;
}
