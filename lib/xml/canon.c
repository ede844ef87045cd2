/* SPDX-License-Identifier: ISC */
/* Writing the canonical form. */
#include "xml/canon.h"

#include <string.h>

static const unsigned char xmlns[] = "xmlns";

struct span canon_span(canon_name s)
{
	return span_of((const char *)s);
}

struct span canon_value(const struct canon_attrs *a, int i)
{
	canon_name *five = a->five + 5 * i;

	return (struct span){(const char *)five[3],
	    (size_t)(five[4] - five[3])};
}

bool canon_is_lang(const struct canon_attrs *a, int i)
{
	canon_name *five = a->five + 5 * i;

	return five[1] && span_is(canon_span(five[1]), "xml") &&
	    span_is(canon_span(five[0]), "lang");
}

static void fault(struct canon *c, const char *why)
{
	if (!c->why)
		c->why = why;
}

/* Returns how long the name is. */
static size_t put_name(struct buf *out, canon_name prefix, canon_name local)
{
	size_t len = out->len;

	if (prefix) {
		buf_addspan(out, canon_span(prefix));
		buf_addc(out, ':');
	}
	buf_addspan(out, canon_span(local));
	return out->len - len;
}

static void name(struct canon *c, canon_name prefix, canon_name local)
{
	if (put_name(c->out, prefix, local) > c->limits->name)
		fault(c, c->limits->too_long);
}

static void put_value(struct buf *out, struct span value)
{
	buf_add(out, "=\"", 2);
	stanza_escape_attr(out, value);
	buf_addc(out, '"');
}

/* Returns how long its name is. */
static size_t put_declaration(struct buf *out, canon_name *pair)
{
	size_t len;

	buf_addc(out, ' ');
	len = pair[0] ? put_name(out, xmlns, pair[0])
		      : put_name(out, NULL, xmlns);
	put_value(out, canon_span(pair[1]));
	return len;
}

void canon_open_tag(struct buf *out, canon_name prefix, canon_name local,
    struct canon_spaces s)
{
	buf_addc(out, '<');
	put_name(out, prefix, local);
	for (int i = 0; i < s.count; i++)
		put_declaration(out, s.pair + 2 * i);
	buf_addc(out, '>');
}

void canon_inherit(struct canon *c, struct canon_spaces s)
{
	c->inheriteds = 0;
	for (int i = 0; i < s.count && i < STANZA_ATTRS_MAX; i++) {
		c->used[i] = false;
		memcpy(c->inherited[c->inheriteds++], s.pair + 2 * i,
		    sizeof(c->inherited[0]));
	}
}

void canon_begin(struct canon *c, struct buf *out, struct xml_root *root,
    const struct xml_scope *scope)
{
	c->out = out;
	c->root = root;
	c->lang = buf_span(&scope->lang);
	c->limits = scope->limits ? scope->limits : &xml_limits_form;
	c->spread = 0;
	c->depth = 0;
	c->tag_open = c->done = false;
	c->why = NULL;
	c->scopes = c->scopes_max = 0;
}

static void use_prefix(struct canon *c, canon_name prefix)
{
	if (!prefix)
		return;
	for (size_t i = c->scopes; i-- > 0;) {
		if (c->declared[i] == prefix)
			return;
	}
	for (size_t i = 0; i < c->inheriteds; i++) {
		if (c->inherited[i][0] == prefix)
			c->used[i] = true;
	}
}

static void declare(struct canon *c, canon_name *pair)
{
	if (put_declaration(c->out, pair) > c->limits->name)
		fault(c, c->limits->too_long);
	if (c->scopes >= c->limits->scopes) {
		fault(c, c->limits->too_many_scopes);
		return;
	}
	c->declared[c->scopes++] = pair[0];
	if (c->scopes > c->scopes_max)
		c->scopes_max = c->scopes;
}

/* The default namespace, where the root has none of its own, comes first. */
static void put_declarations(struct canon *c, struct canon_spaces s)
{
	bool own = c->depth > 1;

	for (int i = 0; i < s.count; i++)
		own = own || !s.pair[2 * i];
	for (size_t i = 0; !own && i < c->inheriteds; i++) {
		if (!c->inherited[i][0])
			declare(c, c->inherited[i]);
	}
	for (int i = 0; i < s.count; i++)
		declare(c, s.pair + 2 * i);
	if (c->depth == 1) {
		c->decl_end = c->out->len;
		c->root->attrs = c->scopes;
	}
}

static void put_attributes(struct canon *c, struct canon_attrs a)
{
	bool lang = c->depth > 1;

	for (int i = 0; i < a.count; i++) {
		canon_name *five = a.five + 5 * i;
		bool from = c->depth == 1 && !five[1] &&
		    span_is(canon_span(five[0]), "from");

		use_prefix(c, five[1]);
		lang = lang || canon_is_lang(&a, i);
		buf_addc(c->out, ' ');
		name(c, five[1], five[0]);
		if (from)
			c->root->from_at = c->out->len + 2;
		put_value(c->out, canon_value(&a, i));
		if (from)
			c->root->from_len =
			    c->out->len - 1 - c->root->from_at;
	}
	if (!lang && c->lang.n) {
		buf_adds(c->out, " xml:lang");
		put_value(c->out, c->lang);
		c->root->attrs++;
	}
}

static void close_tag(struct canon *c)
{
	if (c->tag_open)
		buf_addc(c->out, '>');
	c->tag_open = false;
}

/* What it comes to if a server declares a namespace wherever one is used. */
static void spread(struct canon *c, canon_name prefix, canon_name uri,
    struct canon_spaces s, struct canon_attrs a)
{
	enum { DECLARATION = 24 }; /* bytes, with a prefix */
	unsigned cost = (unsigned)s.count;

	if (!c->limits->spread)
		return;
	/* The default one only where it is another than around it. */
	c->space[c->depth] = uri;
	if (prefix || !c->depth || c->space[c->depth - 1] != uri) {
		cost++;
		c->spread += canon_span(uri).n + DECLARATION;
	}
	for (int i = 0; i < a.count; i++) {
		canon_name *five = a.five + 5 * i;

		if (!five[1])
			continue;
		cost++;
		c->spread += canon_span(five[2]).n + DECLARATION;
	}
	if (c->depth)
		cost += c->cost[c->depth - 1];
	c->cost[c->depth] = cost;
	if (cost > c->limits->scopes)
		fault(c, c->limits->too_many_scopes);
	if (c->spread > c->limits->spread)
		fault(c, c->limits->too_wide);
}

void canon_start(struct canon *c, canon_name local, canon_name prefix,
    canon_name uri, struct canon_spaces s, struct canon_attrs a)
{
	if (c->why || c->done)
		return;
	if (c->depth >= c->limits->depth) {
		fault(c, c->limits->too_deep);
		return;
	}
	if ((unsigned)(s.count + a.count) > c->limits->attrs)
		fault(c, c->limits->too_many);
	spread(c, prefix, uri, s, a);
	close_tag(c);
	c->level[c->depth++] = (unsigned short)c->scopes;
	buf_addc(c->out, '<');
	name(c, prefix, local);
	put_declarations(c, s);
	use_prefix(c, prefix);
	put_attributes(c, a);
	if (c->depth == 1) {
		c->root->attrs += (size_t)a.count;
		c->root->attrs_end = c->out->len;
	}
	c->tag_open = true;
}

void canon_end(struct canon *c, canon_name local, canon_name prefix)
{
	if (c->why || c->done)
		return;
	if (c->tag_open) {
		buf_add(c->out, "/>", 2);
		c->tag_open = false;
	} else {
		buf_add(c->out, "</", 2);
		name(c, prefix, local);
		buf_addc(c->out, '>');
	}
	c->scopes = c->level[--c->depth];
	c->done = c->depth == 0;
}

void canon_text(struct canon *c, struct span text)
{
	if (c->why || !text.n || !c->depth)
		return;
	close_tag(c);
	stanza_escape_text(c->out, text);
}

void canon_finish(struct canon *c)
{
	struct buf add = BUF_EMPTY;
	size_t count = 0;

	for (size_t i = 0; i < c->inheriteds; i++) {
		if (!c->used[i])
			continue;
		c->used[i] = false;
		if (put_declaration(&add, c->inherited[i]) > c->limits->name)
			fault(c, c->limits->too_long);
		count++;
	}
	if (count) {
		buf_splice(c->out, c->decl_end, 0, add.data, add.len);
		c->root->attrs_end += add.len;
		if (c->root->from_at)
			c->root->from_at += add.len;
		c->root->attrs += count;
	}
	if (c->scopes_max + count > c->limits->scopes)
		fault(c, c->limits->too_many_scopes);
	if (c->root->attrs > c->limits->attrs)
		fault(c, c->limits->too_many);
	buf_release(&add);
}
