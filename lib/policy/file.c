/* SPDX-License-Identifier: ISC */
/* What a stanza says of files. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/percent.h"
#include "policy/file-internal.h"

static const char *const metadata_ns = "urn:xmpp:file:metadata:";
static const char *const jingle_ns = "urn:xmpp:jingle:apps:file-transfer:";
static const char *const upload_ns = "urn:xmpp:http:upload";

/* What is known of the file at hand. */
struct known {
	bool name, type, size;
	bool described; /* by a link to it that may be known */
	bool digest;
};

/* All child elements of that name, whatever their namespace. */
static bool add_children(struct files *f, const struct stanza *s,
    uint32_t node, const char *local)
{
	bool any = false;
	struct buf text = BUF_EMPTY;

	for (uint32_t i = s->node[node].child; i != STANZA_NONE;
	     i = s->node[i].next) {
		if (!s->node[i].name.n || !span_is(s->node[i].local, local))
			continue;
		buf_reset(&text);
		stanza_text(s, i, &text);
		if (strcmp(local, "size") == 0)
			any = file_add_size(f, buf_span(&text)) || any;
		else if (text.len) {
			file_add_value(f,
			    strstr(local, "type") ? &f->types : &f->names,
			    buf_span(&text));
			any = true;
		}
	}
	buf_release(&text);
	return any;
}

static void add_file(struct files *f, struct known known)
{
	f->count++;
	f->unnamed = f->unnamed || !known.name;
	f->untyped = f->untyped || !known.type;
	f->unsized = f->unsized || !known.size;
	f->undigested = f->undigested || !(known.described || known.digest);
	f->described += known.described;
	f->known += known.digest;
}

/* The last part of a link's path, without its escapes; false if there is
 * none. */
static bool add_link_name(struct files *f, struct span url)
{
	struct buf b = BUF_EMPTY, name = BUF_EMPTY;
	struct span s;
	size_t from = 0;

	stanza_unescape(&b, url);
	s = buf_span(&b);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '?' || s.p[i] == '#')
			s.n = i;
		else if (s.p[i] == '/')
			from = i + 1;
	}
	percent_decode(&name, (struct span){s.p + from, s.n - from});
	if (name.len)
		file_add_value(f, &f->names, buf_span(&name));
	from = name.len;
	buf_release(&b);
	buf_release(&name);
	return from != 0;
}

static void add_link(struct files *f, struct span url, bool bare)
{
	struct file_links *l = &f->links;

	if (l->count == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 8;
		l->link = mem_resize(l->link, l->cap, sizeof(*l->link));
	}
	l->link[l->count++] = (struct file_link){url, bare};
}

/* The characters of an element as written: it holds one text, or none that is
 * a link. */
static struct span raw_text(const struct stanza *s, uint32_t node)
{
	uint32_t child = s->node[node].child;

	if (child == STANZA_NONE || s->node[child].name.n)
		return (struct span){"", 0};
	return s->node[child].raw;
}

static bool ns_begins(const struct stanza *s, uint32_t node, const char *head,
    const char *local)
{
	const struct stanza_node *n = &s->node[node];

	return span_is(n->local, local) && span_starts(n->ns, head);
}

/* XEP-0234, XEP-0385 and XEP-0446: a description of a file. */
static bool see_description(
    struct files *f, const struct stanza *s, uint32_t i)
{
	struct known k = {.described = true};

	if (!ns_begins(s, i, metadata_ns, "file") &&
	    !ns_begins(s, i, jingle_ns, "file"))
		return false;
	k.name = add_children(f, s, i, "name");
	k.type = add_children(f, s, i, "media-type");
	k.size = add_children(f, s, i, "size");
	add_file(f, k);
	return true;
}

/* XEP-0363, now and as it was before. */
static bool see_upload(struct files *f, const struct stanza *s, uint32_t i)
{
	struct known k = {.name = false};

	if (!ns_begins(s, i, upload_ns, "request"))
		return false;
	k.name = file_add_escaped(f, &f->names, stanza_get(s, i, "filename"));
	k.type = file_add_escaped(f, &f->types, stanza_get(s, i, "content-type"));
	k.size = file_add_size(f, stanza_get(s, i, "size"));
	k.name = add_children(f, s, i, "filename") || k.name;
	k.type = add_children(f, s, i, "content-type") || k.type;
	k.size = add_children(f, s, i, "size") || k.size;
	add_file(f, k);
	return true;
}

/* XEP-0095 and XEP-0096. */
static bool see_offer(struct files *f, const struct stanza *s, uint32_t i)
{
	static const char *const si = "http://jabber.org/protocol/si";
	static const char *const ft =
	    "http://jabber.org/protocol/si/profile/file-transfer";
	struct known k = {.name = false};
	uint32_t file;

	if (!stanza_is(s, i, si, "si"))
		return false;
	k.type = file_add_escaped(f, &f->types, stanza_get(s, i, "mime-type"));
	file = stanza_child(s, i, ft, "file");
	if (file != STANZA_NONE) {
		k.name = file_add_escaped(f, &f->names, stanza_get(s, file, "name"));
		k.size = file_add_size(f, stanza_get(s, file, "size"));
	}
	add_file(f, k);
	return true;
}

/* XEP-0231: in base64 in the stanza; without bytes it is asked for. */
static bool see_bits(struct files *f, const struct stanza *s, uint32_t i)
{
	struct known k = {.size = true};
	struct span bytes;

	if (!stanza_is(s, i, "urn:xmpp:bob", "data"))
		return false;
	bytes = raw_text(s, i);
	k.type = file_add_escaped(f, &f->types, stanza_get(s, i, "type"));
	file_add_bytes(f, bytes.n / 4 * 3);
	add_file(f, k);
	return true;
}

/* XEP-0221: media in a form; the link has the name. */
static bool see_media(struct files *f, const struct stanza *s, uint32_t i)
{
	struct known k = {.name = false};

	if (!stanza_is(s, i, "urn:xmpp:media-element", "uri"))
		return false;
	k.type = file_add_escaped(f, &f->types, stanza_get(s, i, "type"));
	k.name = add_link_name(f, raw_text(s, i));
	add_file(f, k);
	return true;
}

/* Bytes that flow without a word of what they are: XEP-0047, XEP-0065. */
static bool see_stream(struct files *f, const struct stanza *s, uint32_t i)
{
	static const char *const ibb = "http://jabber.org/protocol/ibb";
	static const char *const s5b = "http://jabber.org/protocol/bytestreams";

	if (!stanza_is(s, i, ibb, "open") && !stanza_is(s, i, ibb, "data") &&
	    !stanza_is(s, i, s5b, "query"))
		return false;
	add_file(f, (struct known){.name = false});
	return true;
}

/* Links: XEP-0066, in XHTML-IM (XEP-0071), a slot of XEP-0363; and where a file
 * that is described lies (XEP-0372, XEP-0103, XEP-0447). */
static void see_link(struct files *f, const struct stanza *s, uint32_t i)
{
	static const char *const oob[] = {"jabber:x:oob", "jabber:iq:oob"};

	for (size_t k = 0; k < 2; k++) {
		if (stanza_is(s, i, oob[k], "url"))
			add_link(f, raw_text(s, i), true);
	}
	if (ns_begins(s, i, upload_ns, "put") ||
	    ns_begins(s, i, upload_ns, "get"))
		add_link(f,
		    stanza_get(s, i, "url").p ? stanza_get(s, i, "url")
					      : raw_text(s, i),
		    true);
	else if (stanza_is(s, i, "http://www.w3.org/1999/xhtml", "img") &&
		 stanza_get(s, i, "src").p)
		add_link(f, stanza_get(s, i, "src"), true);
	else if (ns_begins(s, i, "http://jabber.org/protocol/url-data",
		     "url-data") &&
		 stanza_get(s, i, "target").p)
		add_link(f, stanza_get(s, i, "target"), false);
	else if (ns_begins(s, i, "urn:xmpp:reference:", "reference") &&
		 s->node[s->node[i].parent].local.n &&
		 span_is(s->node[s->node[i].parent].local, "sources") &&
		 stanza_get(s, i, "uri").p)
		add_link(f, stanza_get(s, i, "uri"), false);
}

enum { LINKS_COMPARED = 256 }; /* with one another: an honest stanza has few */

static bool is_known(struct files *f, const struct links *known,
    struct span url)
{
	buf_reset(&f->text);
	stanza_unescape(&f->text, url);
	return links_know(known, buf_span(&f->text));
}

/* A bare link to where a file lies that is described, or known, is not another
 * one. */
static void settle_links(struct files *f, const struct links *known)
{
	for (size_t i = 0; i < f->links.count; i++) {
		const struct file_link *l = &f->links.link[i];
		bool named = add_link_name(f, l->url);
		bool described = !l->bare || is_known(f, known, l->url);

		for (size_t k = 0; f->links.count <= LINKS_COMPARED &&
				   k < f->links.count && !described;
		     k++)
			described = !f->links.link[k].bare &&
				    span_same(f->links.link[k].url, l->url);
		if (!described)
			add_file(f, (struct known){.name = named});
		else if (!f->count)
			f->count = 1;
	}
}

/* What the gate of files says of one that comes; what it looks like and what
 * its sender says that it is are both types. */
static bool see_uploaded(
    struct files *f, const struct stanza *s, uint32_t i)
{
	struct known k = {.name = false};

	if (!stanza_is(s, i, FILES_NS, "file"))
		return false;
	k.name = file_add_escaped(f, &f->names, stanza_get(s, i, "name"));
	k.type = file_add_escaped(f, &f->types, stanza_get(s, i, "content"));
	k.type = file_add_escaped(f, &f->types, stanza_get(s, i, "type")) ||
	    k.type;
	k.size = file_add_size(f, stanza_get(s, i, "size"));
	k.digest = file_add_escaped(f, &f->digests, stanza_get(s, i, "sha256"));
	add_file(f, k);
	return true;
}

/* What the store says of one that came. */
static void add_entry(struct files *f, const struct files_entry *e)
{
	struct known k = {.size = true, .digest = true};

	k.name = file_add_chars(f, &f->names, e->name);
	k.type = file_add_chars(f, &f->types, e->content);
	k.type = file_add_chars(f, &f->types, e->type) || k.type;
	file_add_bytes(f, e->size);
	file_add_value(f, &f->digests, e->sha256);
	add_file(f, k);
}

static void add_known(struct files *f, const struct links *l)
{
	for (size_t i = 0; i < l->count; i++) {
		if (l->link[i].known)
			add_entry(f, &l->link[i].entry);
		else
			add_file(f, (struct known){.name = false});
	}
	if (l->more)
		add_file(f, (struct known){.name = false});
}

void files_collect(struct files *f, const struct stanza *s,
    const struct links *links)
{
	f->count = f->described = f->known = 0;
	f->names.count = f->types.count = f->digests.count = 0;
	f->sizes.count = 0;
	f->links.count = 0;
	f->unnamed = f->untyped = f->unsized = f->odd_size = false;
	f->undigested = false;
	buf_reset(&f->chars);
	for (uint32_t i = 0; i < s->nodes; i++) {
		if (!s->node[i].name.n)
			continue;
		if (!see_uploaded(f, s, i) && !see_description(f, s, i) && !see_upload(f, s, i) &&
		    !see_offer(f, s, i) && !see_bits(f, s, i) &&
		    !see_media(f, s, i) && !see_stream(f, s, i))
			see_link(f, s, i);
	}
	settle_links(f, links);
	add_known(f, links);
	/* Who describes a file and links to it means one. */
	f->undigested = f->undigested || f->described > f->known;
}

void files_release(struct files *f)
{
	free(f->names.value);
	free(f->types.value);
	free(f->digests.value);
	free(f->sizes.bytes);
	free(f->links.link);
	buf_release(&f->chars);
	buf_release(&f->text);
	*f = (struct files){0};
}
