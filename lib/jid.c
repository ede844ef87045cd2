/* SPDX-License-Identifier: ISC */
/* Jabber identifiers. */
#include "jid.h"

#include <string.h>

#include <idn-free.h>
#include <idna.h>
#include <stringprep.h>

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

/* What RFC 6122 appendix A.5 and RFC 7622 section 3.3.1 exclude. */
static bool local_char(char c)
{
	return c > 0x20 && c < 0x7f && !strchr("\"&'/:<>@", c);
}

/* Lower-case ASCII without the tables; false if there is any other byte. */
static bool plain(struct buf *b, struct span s, bool local, bool fold)
{
	char *out = buf_room(b, s.n);

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c < 0x20 || c > 0x7e || (local && !local_char(c)))
			return false;
		out[i] = fold && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	b->len += s.n;
	return true;
}

static bool prepared(struct buf *b, struct span s,
    const Stringprep_profile *profile)
{
	char text[4 * JID_PART_MAX + 1];

	if (memchr(s.p, '\0', s.n)) /* would end it for stringprep */
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	if (stringprep(text, sizeof(text), 0, profile) != STRINGPREP_OK ||
	    !text[0] || strlen(text) > JID_PART_MAX)
		return false;
	buf_adds(b, text);
	return true;
}

static bool part(struct buf *b, struct span s, bool local, bool fold,
    const Stringprep_profile *profile)
{
	return plain(b, s, local, fold) || prepared(b, s, profile);
}

/* Compatibility forms of '@' and '/' become these only now: what they would
 * then set apart is not what any server sees. */
static bool domain_sane(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strchr(" \"&'/<>@\\", p[i]))
			return false;
	}
	return true;
}

static bool prepare(struct buf *b, const struct jid *j)
{
	struct span domain = j->domain;
	size_t at;

	if (j->local.p) {
		if (!part(b, j->local, true, true, stringprep_xmpp_nodeprep))
			return false;
		buf_addc(b, '@');
	}
	if (domain.n > 1 && domain.p[domain.n - 1] == '.')
		domain.n--;
	at = b->len;
	if (!part(b, domain, false, true, stringprep_nameprep) ||
	    !domain_sane(b->data + at, b->len - at))
		return false;
	if (!j->resource.p)
		return true;
	buf_addc(b, '/');
	return part(b, j->resource, false, false,
	    stringprep_xmpp_resourceprep);
}

bool jid_prepare(struct buf *b, struct span s)
{
	size_t len = b->len;
	struct jid j;

	if (jid_split(&j, s) && prepare(b, &j))
		return true;
	b->len = len;
	return false;
}

/* Letters, digits, hyphens, and what is in use besides: underscores; the
 * colons of an IP address. No empty label but the last: OpenSSL takes a dot
 * at the beginning for any name below. */
static bool is_host(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool label = (p[i] >= 'a' && p[i] <= 'z') ||
		    (p[i] >= '0' && p[i] <= '9') || strchr("-_:", p[i]);

		if (!label && (p[i] != '.' || i == 0 || p[i - 1] == '.'))
			return false;
	}
	return n > 0 && n <= JID_HOST_MAX;
}

bool jid_host(struct buf *b, struct span domain)
{
	struct buf name = BUF_EMPTY;
	char *ascii = NULL;
	size_t n = 0;
	bool ok;

	ok = !memchr(domain.n ? domain.p : "", '/', domain.n) &&
	    !memchr(domain.n ? domain.p : "", '@', domain.n) &&
	    jid_prepare(&name, domain) &&
	    idna_to_ascii_8z(buf_str(&name), &ascii, 0) == IDNA_SUCCESS;
	if (ok) {
		n = strlen(ascii);
		ok = is_host(ascii, n);
	}
	if (ok)
		buf_add(b, ascii, n);
	idn_free(ascii);
	buf_release(&name);
	return ok;
}
