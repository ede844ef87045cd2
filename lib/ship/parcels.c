/* SPDX-License-Identifier: ISC */
/* What is under way to a stream. */
#include "ship/parcels.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/uuid.h"

static const char several[] = "several";

static struct parcel *append(struct parcels *w, enum parcel_kind kind)
{
	struct parcel *p = mem_zalloc(sizeof(*p));

	p->kind = kind;
	p->at = clock_ms();
	if (w->last)
		w->last->next = p;
	else
		w->first = p;
	w->last = p;
	return p;
}

static void add_line(struct parcels *w, struct parcel *p, struct span line)
{
	buf_addspan(&p->body, line);
	buf_addc(&p->body, '\n');
	w->bytes += line.n + 1;
}

static void set_event(struct parcel *p, const char *event)
{
	p->subject.len = p->event;
	buf_adds(&p->subject, event);
}

static bool same_node(const struct parcel *p, struct span node)
{
	struct span token = {p->subject.data + p->node,
	    p->event - 1 - p->node};
	struct buf b = BUF_EMPTY;
	bool same;

	jetstream_token(&b, node);
	same = span_same(token, buf_span(&b));
	buf_release(&b);
	return same;
}

static bool fits(const struct parcels *w, const struct record *r,
    struct span line, unsigned source)
{
	const struct parcel *p = w->last;
	size_t most = PARCELS_BODY;

	if (w->body && w->body < most)
		most = w->body;
	return p && p->kind == PARCEL_RECORDS && !p->sealed &&
	    p->source == source && p->body.len + line.n < most &&
	    same_node(p, r->field[RECORD_NODE]);
}

static struct parcel *begin(struct parcels *w, const char *stream,
    const struct record *r)
{
	struct parcel *p = append(w, PARCEL_RECORDS);

	buf_adds(&p->subject, stream);
	buf_addc(&p->subject, '.');
	p->node = p->subject.len;
	jetstream_token(&p->subject, r->field[RECORD_NODE]);
	buf_addc(&p->subject, '.');
	p->event = p->subject.len;
	buf_adds(&p->subject, event_name(r->event));
	return p;
}

struct parcel *parcels_record(struct parcels *w, const char *stream,
    const struct record *r, struct span line, unsigned source)
{
	struct parcel *p = w->last;
	struct span event;

	if (!fits(w, r, line, source))
		p = begin(w, stream, r);
	event = (struct span){p->subject.data + p->event,
	    p->subject.len - p->event};
	if (!span_is(event, event_name(r->event)))
		set_event(p, several);
	add_line(w, p, line);
	p->source = source;
	p->records++;
	w->records++;
	return p;
}

void parcels_comment(struct parcels *w, struct span line)
{
	bool ping = span_starts(line, "# ping ");
	struct parcel *p = append(w, ping ? PARCEL_PING : PARCEL_COMMENT);

	add_line(w, p, line);
}

void parcels_seal(struct parcels *w, struct parcel *p)
{
	char hex[DIGEST_HEX];
	struct buf id = BUF_EMPTY;

	if (p->sealed)
		return;
	if (!w->digest)
		w->digest = digest_new(NULL, 0);
	digest_begin(w->digest);
	digest_add(w->digest, p->body.data, p->body.len);
	digest_hex(w->digest, hex);
	buf_add(&id, p->body.data, UUID_LEN);
	buf_addc(&id, ':');
	buf_add(&id, hex, DIGEST_HEX / 2);
	memcpy(p->id, buf_str(&id), id.len + 1);
	buf_release(&id);
	buf_str(&p->subject);
	p->sealed = true;
}

void parcels_shift(struct parcels *w)
{
	struct parcel *p = w->first;

	w->first = p->next;
	if (!w->first)
		w->last = NULL;
	w->bytes -= p->body.len;
	w->records -= p->records;
	buf_release(&p->body);
	buf_release(&p->subject);
	free(p);
}

bool parcels_full(const struct parcels *w)
{
	return w->bytes >= PARCELS_BYTES;
}

void parcels_release(struct parcels *w)
{
	while (w->first)
		parcels_shift(w);
	digest_free(w->digest);
	w->digest = NULL;
}
