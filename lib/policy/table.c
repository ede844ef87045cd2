/* SPDX-License-Identifier: ISC */
/* Sets of addresses. */
#include "policy/table.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/glob.h"
#include "base/mem.h"
#include "xml/jid.h"

/* All keys are in one hash: a full JID, a bare one, a domain; "@DOMAIN" for
 * its users; ".DOMAIN" for what is below it, "@.DOMAIN" for the users there.
 * No JID begins with '@', and one that begins with '.' is met by "*.DOMAIN"
 * in any case, so keys of different kinds are never the same. */
struct slot {
	uint32_t hash;
	uint32_t at; /* in text, + 1; 0: the slot is free */
	uint32_t len;
};

struct glob {
	size_t at, len; /* in text */
};

struct table {
	struct slot *slot;
	size_t slots, used; /* slots: a power of two, or 0 */
	bool suffixes;      /* has keys for what is below a domain */
	struct glob *glob;
	size_t globs;
	struct buf text;
};

static const uint32_t hash_basis = 0x811c9dc5;

/* FNV-1a from the last byte to the first, so that one byte more in front is
 * one step more. */
static uint32_t hash_step(uint32_t hash, char c)
{
	return (hash ^ (unsigned char)c) * 0x01000193U;
}

static uint32_t hash_of(struct span s)
{
	uint32_t hash = hash_basis;

	for (size_t i = s.n; i-- > 0;)
		hash = hash_step(hash, s.p[i]);
	return hash;
}

/* FNV's low bits are the weak ones. */
static size_t slot_of(const struct table *t, uint32_t hash)
{
	return (hash ^ hash >> 15) & (t->slots - 1);
}

void table_key_set(struct table_key *a, struct span prepared)
{
	*a = (struct table_key){{NULL, 0}, {NULL, 0}, {NULL, 0}, 0, 0, 0};
	if (!prepared.p)
		return;
	a->full = prepared;
	a->bare = jid_bare(prepared);
	a->domain = jid_domain(prepared);
	a->full_hash = hash_of(a->full);
	a->bare_hash = hash_of(a->bare);
	a->domain_hash = hash_of(a->domain);
}

struct table *table_new(void)
{
	return mem_zalloc(sizeof(struct table));
}

void table_free(struct table *t)
{
	if (!t)
		return;
	free(t->slot);
	free(t->glob);
	buf_release(&t->text);
	free(t);
}

static void put(struct table *t, struct slot slot)
{
	size_t i = slot_of(t, slot.hash);

	while (t->slot[i].at)
		i = (i + 1) & (t->slots - 1);
	t->slot[i] = slot;
}

static void grow(struct table *t)
{
	struct slot *old = t->slot;
	size_t slots = t->slots;

	t->slots = slots ? 2 * slots : 8;
	t->slot = mem_zalloc(t->slots * sizeof(*t->slot));
	for (size_t i = 0; i < slots; i++) {
		if (old[i].at)
			put(t, old[i]);
	}
	free(old);
}

/* Whether the key made of tail, with the byte first in front unless it is 0,
 * is there. */
static bool find(
    const struct table *t, uint32_t hash, char first, struct span tail)
{
	size_t lead = first ? 1 : 0;

	if (!t->used)
		return false;
	for (size_t i = slot_of(t, hash); t->slot[i].at;
	     i = (i + 1) & (t->slots - 1)) {
		const char *key = t->text.data + t->slot[i].at - 1;

		if (t->slot[i].hash == hash &&
		    t->slot[i].len == tail.n + lead &&
		    (!lead || key[0] == first) &&
		    memcmp(key + lead, tail.p, tail.n) == 0)
			return true;
	}
	return false;
}

/* Make a key of the bytes of text from at on. */
static void add_key(struct table *t, size_t at)
{
	struct span key = {t->text.data + at, t->text.len - at};
	uint32_t hash = hash_of(key);

	if (find(t, hash, '\0', key)) {
		t->text.len = at;
		return;
	}
	if (2 * (t->used + 1) > t->slots)
		grow(t);
	put(t, (struct slot){hash, (uint32_t)at + 1, (uint32_t)key.n});
	t->used++;
}

static bool has_wildcard(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '*' || s.p[i] == '?' || s.p[i] == '[')
			return true;
	}
	return false;
}

/* A domain in brackets is an IPv6 address (RFC 7622 section 3.2). */
static bool is_glob(struct span entry)
{
	struct jid j;
	size_t n;

	if (!has_wildcard(entry) || !jid_split(&j, entry))
		return has_wildcard(entry);
	n = j.domain.n;
	if (n < 4 || j.domain.p[0] != '[' || j.domain.p[n - 1] != ']' ||
	    !memchr(j.domain.p, ':', n))
		return true;
	for (size_t i = 1; i < n - 1; i++) {
		if (!strchr("0123456789abcdefABCDEF:.", j.domain.p[i]))
			return true;
	}
	return has_wildcard(j.local) || has_wildcard(j.resource);
}

/* The length of the wildcards that "*@DOMAIN", "*.DOMAIN" or "*@*.DOMAIN"
 * begins with, and in *key what stands for them; 0 for any other glob. */
static size_t wild_head(struct span s, const char **key)
{
	static const struct {
		const char *head, *key;
	} heads[] = {{"*@*.", "@."}, {"*@", "@"}, {"*.", "."}};

	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		size_t n = strlen(heads[i].head);
		struct span rest = {s.p + n, s.n - n};

		if (s.n <= n || memcmp(s.p, heads[i].head, n) != 0)
			continue;
		*key = heads[i].key;
		return has_wildcard(rest) || memchr(rest.p, '@', rest.n) ||
			       memchr(rest.p, '/', rest.n)
			   ? 0
			   : n;
	}
	return 0;
}

static const char *add_glob(struct table *t, size_t at)
{
	struct span s = {t->text.data + at, t->text.len - at};
	const char *why = glob_check(s), *key = NULL;
	size_t head;

	if (why) {
		t->text.len = at;
		return why;
	}
	head = wild_head(s, &key);
	if (head) {
		t->suffixes = t->suffixes || strchr(key, '.');
		buf_splice(&t->text, at, head, key, strlen(key));
		add_key(t, at);
		return NULL;
	}
	t->glob = mem_resize(t->glob, t->globs + 1, sizeof(*t->glob));
	t->glob[t->globs++] = (struct glob){at, s.n};
	return NULL;
}

/* A pattern over a part of an A-label: what is compared are U-labels. */
static bool splits_label(struct span prepared)
{
	struct span domain = jid_domain(prepared);

	for (size_t i = 0; i < domain.n; i++) {
		struct span rest = {domain.p + i, domain.n - i};
		const char *dot = memchr(rest.p, '.', rest.n);

		if (i && domain.p[i - 1] != '.')
			continue;
		rest.n = dot ? (size_t)(dot - rest.p) : rest.n;
		if (span_starts(rest, "xn--") && has_wildcard(rest))
			return true;
	}
	return false;
}

static const char *add_form(struct table *t, struct span form, bool glob)
{
	size_t at = t->text.len;

	buf_addspan(&t->text, form);
	if (glob)
		return add_glob(t, at);
	add_key(t, at);
	return NULL;
}

const char *table_add(struct table *t, struct span entry)
{
	struct buf b = BUF_EMPTY;
	struct jid_forms f;
	const char *why = NULL;

	if (entry.n && entry.p[0] == '/')
		return "a regular expression is no address";
	jid_forms(&f, &b, entry);
	if (!f.count || !f.whole)
		why = "is no address";
	else if (splits_label((struct span){b.data, f.form[0].len}))
		why = "is a pattern inside of 'xn--...'; write the letters it "
		      "stands for";
	for (size_t i = 0; i < f.count && !why; i++)
		why = add_form(t,
		    (struct span){b.data + f.form[i].at, f.form[i].len},
		    is_glob(entry));
	buf_release(&b);
	return why;
}

/* What is below a domain, from the last dot to the first; the hash of each
 * is that of the one before and a few steps more. */
static bool has_suffix(const struct table *t, const struct table_key *a)
{
	uint32_t hash = hash_basis;

	for (size_t i = a->domain.n; i-- > 0;) {
		struct span tail = {a->domain.p + i, a->domain.n - i};

		hash = hash_step(hash, a->domain.p[i]);
		if (a->domain.p[i] != '.')
			continue;
		if (find(t, hash, '\0', tail))
			return true;
		if (a->domain.p > a->full.p &&
		    find(t, hash_step(hash, '@'), '@', tail))
			return true;
	}
	return false;
}

static bool has_glob(const struct table *t, const struct table_key *a)
{
	for (size_t i = 0; i < t->globs; i++) {
		struct span s = {t->text.data + t->glob[i].at, t->glob[i].len};
		bool full = memchr(s.p, '/', s.n);

		if (glob_match(s, full ? a->full : a->bare))
			return true;
	}
	return false;
}

bool table_has(const struct table *t, const struct table_key *a)
{
	if (!a->full.p)
		return false;
	if (find(t, a->bare_hash, '\0', a->bare) ||
	    find(t, a->domain_hash, '\0', a->domain))
		return true;
	if (a->full.n > a->bare.n && find(t, a->full_hash, '\0', a->full))
		return true;
	if (a->domain.p > a->full.p &&
	    find(t, hash_step(a->domain_hash, '@'), '@', a->domain))
		return true;
	return (t->suffixes && has_suffix(t, a)) || has_glob(t, a);
}
