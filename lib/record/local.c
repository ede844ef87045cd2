/* SPDX-License-Identifier: ISC */
/* What is local. */
#include "record/local.h"

#include <stdlib.h>

#include "base/mem.h"
#include "xml/jid.h"

bool local_set_account(struct local *h, struct span jid)
{
	struct buf whole = BUF_EMPTY;
	bool ok = jid_prepare(&whole, jid);

	buf_release(&whole);
	if (!ok)
		return false;
	buf_reset(&h->as);
	buf_reset(&h->as_bare);
	buf_addspan(&h->as, jid);
	return jid_prepare(&h->as_bare, jid_bare(jid));
}

bool local_add_domain(struct local *h, struct span domain)
{
	struct buf b = BUF_EMPTY;
	struct jid j;

	if (!jid_split(&j, domain) || j.local.p || j.resource.p ||
	    !jid_prepare(&b, domain))
		return false;
	h->domain = mem_resize(h->domain, h->domains + 1, sizeof(*h->domain));
	h->domain[h->domains++] = b;
	return true;
}

void local_release(struct local *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->domains; i++)
		buf_release(&h->domain[i]);
	free(h->domain);
	buf_release(&h->as);
	buf_release(&h->as_bare);
	*h = (struct local){0};
}

bool local_is_account(
    const struct local *h, struct span jid, struct buf *scratch)
{
	buf_reset(scratch);
	return jid.p && jid_prepare(scratch, jid_bare(jid)) &&
	    span_same(buf_span(scratch), buf_span(&h->as_bare));
}

bool local_has(const struct local *h, struct span jid, struct buf *scratch)
{
	buf_reset(scratch);
	if (!jid.p || !jid_prepare(scratch, jid_domain(jid)))
		return false;
	for (size_t i = 0; i < h->domains; i++) {
		if (span_same(buf_span(scratch), buf_span(&h->domain[i])))
			return true;
	}
	return false;
}
