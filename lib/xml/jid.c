/* SPDX-License-Identifier: ISC */
/* Jabber identifiers. */
#include "xml/jid.h"

#include <string.h>

#include "base/utf8.h"
#include "xml/domain.h"
#include "xml/precis.h"
#include "xml/prep.h"

static bool part_valid(struct span s)
{
	return !s.p || (s.n > 0 && s.n <= JID_PART_MAX);
}

bool jid_split(struct jid *j, struct span s)
{
	const char *slash = s.n ? memchr(s.p, '/', s.n) : NULL;
	size_t bare = slash ? (size_t)(slash - s.p) : s.n;
	const char *at = bare ? memchr(s.p, '@', bare) : NULL;
	const char *domain = at ? at + 1 : s.p;

	*j = (struct jid){{NULL, 0}, {domain, 0}, {NULL, 0}};
	if (!s.p)
		return false;
	j->domain.n = (size_t)(s.p + bare - domain);
	if (at)
		j->local = (struct span){s.p, (size_t)(at - s.p)};
	if (slash)
		j->resource = (struct span){slash + 1, s.n - bare - 1};
	return part_valid(j->local) && part_valid(j->domain) &&
	    part_valid(j->resource);
}

struct span jid_bare(struct span s)
{
	const char *slash = s.n ? memchr(s.p, '/', s.n) : NULL;

	return slash ? (struct span){s.p, (size_t)(slash - s.p)} : s;
}

struct span jid_domain(struct span s)
{
	struct span bare = jid_bare(s);
	const char *at = bare.n ? memchr(bare.p, '@', bare.n) : NULL;

	if (!at)
		return bare;
	return (struct span){at + 1, bare.n - (size_t)(at + 1 - bare.p)};
}

/* A part by RFC 6122 or by RFC 7622; by the other where it refuses it, so that
 * there is a form of whatever some server takes. */
static bool part(struct buf *b, struct span s, bool local, bool precis)
{
	bool (*const prepare)(struct buf *, struct span) =
	    local ? precis_username : precis_opaque;
	enum prep what = local ? PREP_NODE : PREP_RESOURCE;
	size_t at = b->len;

	/* Of ASCII both make the same. */
	if (precis && utf8_ascii(s.p, s.n) < s.n && prepare(b, s) &&
	    b->len - at <= JID_PART_MAX)
		return true;
	b->len = at;
	if (prep_part(b, s, what))
		return true;
	if (!precis && utf8_ascii(s.p, s.n) < s.n && prepare(b, s) &&
	    b->len - at <= JID_PART_MAX)
		return true;
	b->len = at;
	return false;
}

enum how { HOW_NONE, HOW_BARE, HOW_WHOLE };

/* Append a form; of a resource that cannot be prepared, what there is. */
static enum how put_form(struct buf *b, struct span s, bool precis)
{
	struct span bare = jid_bare(s), domain = jid_domain(s);
	struct span resource = {bare.p + bare.n + 1, 0};
	size_t at = b->len;
	bool ok = s.p && domain.n;

	if (ok && domain.p > s.p) {
		struct span local = {s.p, (size_t)(domain.p - s.p) - 1};

		ok = local.n && local.n <= JID_PART_MAX &&
		    part(b, local, true, precis);
		buf_addc(b, '@');
	}
	if (!ok || !domain_prepare(b, domain,
		       precis ? DOMAIN_2008 : DOMAIN_2003)) {
		b->len = at;
		return HOW_NONE;
	}
	if (bare.n == s.n)
		return HOW_WHOLE;
	resource.n = s.n - bare.n - 1;
	buf_addc(b, '/');
	if (resource.n && resource.n <= JID_PART_MAX &&
	    part(b, resource, false, precis))
		return HOW_WHOLE;
	buf_addspan(b, resource);
	return HOW_BARE;
}

bool jid_prepare(struct buf *b, struct span s)
{
	size_t at = b->len;

	if (put_form(b, s, false) == HOW_WHOLE)
		return true;
	b->len = at;
	return false;
}

/* Whether there may be more than one. */
static bool has_variants(struct span s)
{
	return utf8_ascii(s.p, s.n) < s.n || memchr(s.p, '-', s.n);
}

void jid_forms(struct jid_forms *f, struct buf *b, struct span s)
{
	struct jid_form *form = f->form;
	enum how how;

	*f = (struct jid_forms){.whole = false};
	form[0].at = b->len;
	how = put_form(b, s, false);
	if (how == HOW_NONE)
		return;
	form[0].len = b->len - form[0].at;
	f->count = 1;
	f->whole = how == HOW_WHOLE;
	if (!has_variants(s))
		return;
	form[1].at = b->len;
	(void)put_form(b, s, true);
	form[1].len = b->len - form[1].at;
	if (form[1].len == form[0].len &&
	    memcmp(b->data + form[0].at, b->data + form[1].at,
		form[0].len) == 0)
		b->len = form[1].at;
	else if (form[1].len)
		f->count = 2;
}
