/* SPDX-License-Identifier: ISC */
/* What elements inherit. */
#include "xml/scope.h"

#include <string.h>

#include "xml/stanza.h"

const struct xml_limits xml_limits_form = {
    .depth = STANZA_DEPTH_MAX,
    .attrs = STANZA_ATTRS_MAX,
    .name = STANZA_NAME_MAX,
    .scopes = STANZA_SCOPES_MAX,
    .too_deep = "nested deeper than 128 elements",
    .too_many = "more than 256 attributes in a tag",
    .too_long = "name longer than 1024 bytes",
    .too_many_scopes = "more than 256 namespaces declared",
};

const struct xml_limits xml_limits_sent = {
    .depth = 120,
    .attrs = 120,
    .name = 1000,
    .scopes = 240,
    .spread = XML_SPREAD_MAX,
    .too_deep = "nested deeper than 120 elements",
    .too_many = "more than 120 attributes in a tag",
    .too_long = "name longer than 1000 bytes",
    .too_many_scopes = "more than 240 namespaces to declare",
    .too_wide = "namespaces longer than 1 MiB if each is declared anew",
};

void xml_scope_client(struct xml_scope *s)
{
	buf_reset(&s->open);
	buf_reset(&s->lang);
	buf_adds(&s->open,
	    "<stream:stream xmlns=\"jabber:client\" "
	    "xmlns:stream=\"http://etherx.jabber.org/streams\">");
}

void xml_scope_release(struct xml_scope *s)
{
	if (!s)
		return;
	buf_release(&s->open);
	buf_release(&s->lang);
}

struct span xml_scope_content(struct xml_scope *s)
{
	static const char declaration[] = " xmlns=\"";
	const char *p = strstr(buf_str(&s->open), declaration);

	if (!p)
		return (struct span){NULL, 0};
	p += sizeof(declaration) - 1;
	return (struct span){p, strcspn(p, "\"")};
}
