/* SPDX-License-Identifier: ISC */
/* Recorded streams into records. */
#include "recording.h"

#include <inttypes.h>
#include <string.h>

#include "intake.h"
#include "out.h"
#include "oversize.h"
#include "secret.h"
#include "xmldoc.h"

#define NS_STREAMS "http://etherx.jabber.org/streams"

/* Nothing to report: go on. */
enum { NOTHING = -1 };

void recording_init(struct recording *r, const struct home *home,
    unsigned events, size_t limit, struct recorder *recorder, struct xml *xml)
{
	*r = (struct recording){.home = home, .events = events,
	    .limit = limit, .recorder = recorder, .xml = xml};
}

static void reset_stream(struct recording *r)
{
	traffic_release(&r->traffic);
	traffic_init(&r->traffic, r->home, r->events);
	xml_scope_client(&r->scope);
	recorder_token(r->session);
	buf_reset(&r->name);
}

void recording_begin(struct recording *r, int fd)
{
	r->fd = fd;
	r->pos = r->in.len = 0;
	r->drained = true;
	r->ended = r->unstamped = false;
	scan_release(&r->scan);
	scan_init(&r->scan, r->limit);
	reset_stream(r);
	out_pipe_size(fd);
}

void recording_release(struct recording *r)
{
	if (!r)
		return;
	buf_release(&r->in);
	buf_release(&r->name);
	buf_release(&r->stanza);
	buf_release(&r->text);
	scan_release(&r->scan);
	xml_scope_release(&r->scope);
	xml_root_release(&r->root);
	traffic_release(&r->traffic);
}

static int fault(struct recording *r, uint64_t at, const char *why)
{
	r->at = at;
	r->why = why;
	return RECORDING_FAULT;
}

static struct span session(const struct recording *r)
{
	return (struct span){r->session, sizeof(r->session)};
}

static int write_session(struct recording *r, struct buf *lines,
    enum event event)
{
	unsigned bit = event == EVENT_LOGIN ? TRAFFIC_LOGIN : TRAFFIC_LOGOUT;

	if (!(r->events & bit))
		return NOTHING;
	recorder_session(r->recorder, lines, session(r), event,
	    buf_span(&r->traffic.own), "");
	return RECORDING_RECORD;
}

static int close_stream(struct recording *r, struct buf *lines)
{
	int item = NOTHING;

	if (traffic_close(&r->traffic))
		item = write_session(r, lines, EVENT_LOGOUT);
	reset_stream(r);
	return item;
}

/* The name in a tag that begins with skip characters before it. */
static struct span tag_name(struct span tag, size_t skip)
{
	size_t n = skip;

	while (n < tag.n && !memchr(" \t\r\n/>", tag.p[n], 6))
		n++;
	return (struct span){tag.p + skip, n - skip};
}

static int header(struct recording *r, struct buf *lines)
{
	struct xml_scope scope = {BUF_EMPTY, BUF_EMPTY};
	const char *why;
	int item = NOTHING;

	why = xml_header(r->xml, r->scan.item, &scope, &r->root);
	if (why)
		fault(r, r->scan.item_at + xml_fault_at(r->xml), why);
	else if (!span_is(r->root.ns, NS_STREAMS) ||
	    !span_is(r->root.local, "stream"))
		fault(r, r->scan.item_at, why = "no stream's header");
	if (why) {
		xml_scope_release(&scope);
		return RECORDING_FAULT;
	}
	item = close_stream(r, lines);
	traffic_open(&r->traffic, &r->root, xml_scope_content(&scope));
	buf_addspan(&r->name, tag_name(r->scan.item, 1));
	xml_scope_release(&r->scope);
	r->scope = scope;
	return item;
}

static int footer(struct recording *r, struct buf *lines)
{
	struct span name = tag_name(r->scan.item, 2);

	if (!r->name.len)
		return fault(r, r->scan.item_at, "end tag without a start");
	if (!span_same(name, buf_span(&r->name)))
		return fault(r, r->scan.item_at, "end tag does not match");
	return close_stream(r, lines);
}

/* Who sends cannot be told of a client's stanzas, unless somebody says so. */
static bool unstamped(struct recording *r, enum traffic_meaning meaning)
{
	bool first = meaning == TRAFFIC_SEND && !r->root.from_at &&
	    !r->unstamped;

	r->unstamped = r->unstamped || first;
	return first;
}

/* A password is for no record. */
static bool blank(struct recording *r)
{
	bool ok;

	if (!secret_carried(&r->root, buf_span(&r->traffic.own)))
		return true;
	buf_reset(&r->text);
	ok = secret_blank(&r->text, &r->traffic.stanza, buf_span(&r->stanza));
	buf_reset(&r->stanza);
	buf_addspan(&r->stanza, buf_span(&r->text));
	return ok;
}

/* Write what the element in stanza and root means; over: that it is too
 * large, text then says why. */
static int judge(struct recording *r, struct buf *lines,
    const struct oversize *over)
{
	struct span reason = over ? buf_span(&r->text)
				  : (struct span){NULL, 0}, from;
	uint64_t at = r->scan.item_at;
	enum traffic_meaning meaning = traffic_element(&r->traffic, &r->root,
	    buf_span(&r->stanza), !over, &from);

	if (meaning == TRAFFIC_NOTHING)
		return NOTHING;
	if (meaning == TRAFFIC_SESSION)
		return write_session(r, lines, EVENT_LOGIN);
	if (meaning == TRAFFIC_FOREIGN)
		return fault(r, at, "neither from nor to this node's domains");
	if (from.p && !xml_root_stamp(&r->root, &r->stanza, from))
		return fault(r, at, "more than 256 attributes in a tag");
	if (over)
		oversize_fill(over, &r->stanza);
	else if (!blank(r))
		return NOTHING;
	recorder_write(r->recorder, lines, session(r),
	    meaning == TRAFFIC_SEND ? EVENT_SEND : EVENT_RECV, reason,
	    buf_span(&r->stanza));
	if (over) {
		r->why = strchr(buf_str(&r->text), ' ') + 1;
	} else if (unstamped(r, meaning)) {
		r->why = "no sender: use --as to say whose recording it is";
	} else {
		return RECORDING_RECORD;
	}
	r->at = at;
	return RECORDING_NOTICE;
}

/* bytes: of it as it came, or of its canonical form. */
static int oversize(struct recording *r, struct buf *lines,
    const struct oversize *over, uint64_t bytes)
{
	const char *why = oversize_element(over, r->xml, &r->scope, r->limit,
	    &r->stanza, &r->root);

	if (why)
		return fault(r, r->scan.item_at + xml_fault_at(r->xml), why);
	buf_reset(&r->text);
	buf_addf(&r->text, "packet-size@node: stanza of %" PRIu64
			   " bytes exceeds the limit of %zu", bytes, r->limit);
	return judge(r, lines, over);
}

static int element(struct recording *r, struct buf *lines)
{
	struct scan *s = &r->scan;
	struct oversize *over;
	size_t canonical;
	int item;
	const char *why = xml_element(r->xml, &r->scope, s->item, &r->stanza,
	    &r->root);

	if (why)
		return fault(r, s->item_at + xml_fault_at(r->xml), why);
	canonical = r->stanza.len;
	if (canonical <= r->limit)
		return judge(r, lines, NULL);
	over = oversize_new(s->item, s->tag);
	oversize_end(over);
	item = oversize(r, lines, over, canonical);
	oversize_free(over);
	return item;
}

static int take(struct recording *r, struct buf *lines, enum scan_item item)
{
	const char *why;

	switch (item) {
	case SCAN_HEADER:
		return header(r, lines);
	case SCAN_ELEMENT:
		return element(r, lines);
	case SCAN_FOOTER:
		return footer(r, lines);
	case SCAN_DECLARATION:
		why = xml_declaration(r->scan.item);
		return why ? fault(r, r->scan.item_at, why) : NOTHING;
	case SCAN_OVERSIZE:
		return oversize(r, lines, r->scan.over, r->scan.over->bytes);
	default:
		return fault(r, r->scan.fault_at, r->scan.why);
	}
}

static bool fill(struct recording *r)
{
	ssize_t n;

	buf_consume(&r->in, r->pos);
	r->pos = 0;
	buf_room(&r->in, INTAKE_CHUNK);
	n = intake_read(r->fd, r->in.data + r->in.len, INTAKE_CHUNK);
	if (n < 0)
		return false;
	recorder_now(r->recorder);
	r->in.len += (size_t)n;
	r->ended = n == 0;
	return true;
}

static enum recording_item end(struct recording *r, struct buf *lines)
{
	size_t left = r->in.len - r->pos;

	if (scan_cut_off(&r->scan, left)) {
		r->pos = r->in.len;
		fault(r, r->scan.fault_at, r->scan.why);
		scan_release(&r->scan);
		scan_init(&r->scan, r->limit);
		return RECORDING_FAULT;
	}
	(void)close_stream(r, lines);
	return RECORDING_END;
}

enum recording_item recording_next(struct recording *r, struct buf *lines)
{
	enum scan_item item;
	size_t used;
	int what;

	if (r->drained && !fill(r))
		return RECORDING_ERROR;
	r->drained = false;
	do {
		item = scan_next(&r->scan, r->in.data + r->pos,
		    r->in.len - r->pos, &used);
		r->pos += used;
		if (item == SCAN_MORE && r->ended)
			return end(r, lines);
		if (item == SCAN_MORE) {
			r->drained = true;
			return RECORDING_DRAINED;
		}
		what = take(r, lines, item);
		if (r->scan.ended)
			(void)close_stream(r, lines);
	} while (what == NOTHING);
	return (enum recording_item)what;
}
