/* SPDX-License-Identifier: ISC */
/* Whose traffic it is. */
#include "home.h"

#include <stdlib.h>

#include "jid.h"
#include "mem.h"

bool home_as(struct home *h, struct span jid)
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

bool home_domain(struct home *h, struct span domain)
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

void home_release(struct home *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->domains; i++)
		buf_release(&h->domain[i]);
	free(h->domain);
	buf_release(&h->as);
	buf_release(&h->as_bare);
	*h = (struct home){0};
}

bool home_same(const struct home *h, struct span jid, struct buf *scratch)
{
	buf_reset(scratch);
	return jid.p && jid_prepare(scratch, jid_bare(jid)) &&
	    span_same(buf_span(scratch), buf_span(&h->as_bare));
}

bool home_local(const struct home *h, struct span jid, struct buf *scratch)
{
	struct jid j;

	buf_reset(scratch);
	if (!jid.p || !jid_split(&j, jid) || !jid_prepare(scratch, j.domain))
		return false;
	for (size_t i = 0; i < h->domains; i++) {
		if (span_same(buf_span(scratch), buf_span(&h->domain[i])))
			return true;
	}
	return false;
}
