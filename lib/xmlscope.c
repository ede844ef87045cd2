/* SPDX-License-Identifier: ISC */
/* What elements inherit. */
#include "xmlscope.h"

#include <string.h>

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
