/* SPDX-License-Identifier: ISC */
/* What clients asked for, until it is granted (XEP-0363 section 4). */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quantity.h"
#include "live/slots.h"
#include "xml/jid.h"
#include "xml/stanza.h"

enum {
	REQUESTS_MAX = 32,	     /* of a session at a time, */
	REQUESTS_BYTES = 8 * 1024, /* and what they take */
	REQUEST_BYTES = 4 * 1024,  /* one of them */
};

/* Whom an iq was sent to, or came from; without an address it is the account
 * (RFC 6120 section 8.1.2.1). */
static void add_peer(struct buf *b, const struct stanza *x, const char *name,
    struct span jid)
{
	struct buf chars = BUF_EMPTY;

	stanza_unescape(&chars, stanza_get(x, 0, name));
	if (!jid_prepare(b, chars.len ? buf_span(&chars) : jid_bare(jid)))
		buf_addspan(b, buf_span(&chars));
	buf_release(&chars);
}

static size_t weight(const struct slot_request *r)
{
	return r->id.len + r->to.len + r->name.len + r->type.len;
}

static struct slot_request *take_first(struct slot_requests *all)
{
	struct slot_request *r = all->first;

	all->first = r->next;
	all->count--;
	all->bytes -= weight(r);
	return r;
}

static void append(struct slot_requests *all, struct slot_request *r)
{
	struct slot_request **end;

	while (all->first && (all->count == REQUESTS_MAX ||
				 all->bytes + weight(r) > REQUESTS_BYTES))
		slot_request_free(take_first(all));
	for (end = &all->first; *end; end = &(*end)->next)
		;
	*end = r;
	all->count++;
	all->bytes += weight(r);
}

void slot_request_add(struct slot_requests *all, const struct stanza *x,
    struct span jid)
{
	uint32_t node = stanza_child(x, 0, NS_UPLOAD, "request");
	struct span id = stanza_get(x, 0, "id");
	struct slot_request *r;
	uint64_t size;

	if (node == STANZA_NONE || !stanza_is(x, 0, NULL, "iq") || !id.n ||
	    !span_is(stanza_get(x, 0, "type"), "get") ||
	    !quantity_digits(stanza_get(x, node, "size"), &size))
		return;
	r = mem_zalloc(sizeof(*r));
	r->size = size;
	stanza_unescape(&r->id, id);
	add_peer(&r->to, x, "to", jid);
	stanza_unescape(&r->name, stanza_get(x, node, "filename"));
	stanza_unescape(&r->type, stanza_get(x, node, "content-type"));
	if (weight(r) > REQUEST_BYTES)
		slot_request_free(r);
	else
		append(all, r);
}

struct slot_request *slot_request_take(struct slot_requests *all,
    const struct stanza *x, struct span jid)
{
	struct slot_request **at = &all->first, *r;
	struct buf id = BUF_EMPTY, from = BUF_EMPTY;

	stanza_unescape(&id, stanza_get(x, 0, "id"));
	add_peer(&from, x, "from", jid);
	while (*at && !(span_same(buf_span(&(*at)->id), buf_span(&id)) &&
			  span_same(buf_span(&(*at)->to), buf_span(&from))))
		at = &(*at)->next;
	r = *at;
	if (r) {
		*at = r->next;
		all->count--;
		all->bytes -= weight(r);
	}
	buf_release(&id);
	buf_release(&from);
	return r;
}

void slot_request_free(struct slot_request *r)
{
	if (!r)
		return;
	buf_release(&r->id);
	buf_release(&r->to);
	buf_release(&r->name);
	buf_release(&r->type);
	free(r);
}

void slot_requests_release(struct slot_requests *all)
{
	while (all->first)
		slot_request_free(take_first(all));
}
