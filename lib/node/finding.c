/* SPDX-License-Identifier: ISC */
/* What an audit finds. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "io/address.h"
#include "io/endpoint.h"
#include "node/audit.h"

static const char *const words[FINDINGS] = {"good", "note", "wrong", "open"};

void audit_add(struct audit *s, enum finding kind, const char *format, ...)
{
	char text[2048];
	va_list ap;
	size_t n;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	s->count[kind]++;
	buf_addf(&s->lines, "%s: ", words[kind]);
	n = strlen(text);
	for (size_t i = 0; i < n;) {
		size_t step = utf8_char(text + i, n - i);
		unsigned char c = (unsigned char)text[i];

		if (step == 0 || c < 0x20 || c == 0x7f ||
		    (step == 2 && c == 0xc2)) {
			buf_addf(&s->lines, "\\x%02x", c);
			step = 1;
		} else {
			buf_add(&s->lines, text + i, step);
		}
		i += step;
	}
	buf_addc(&s->lines, '\n');
}

void audit_release(struct audit *s)
{
	buf_release(&s->lines);
}

bool audit_is_local(const char *address)
{
	struct network v4, v6;
	struct endpoint end;
	struct address a;
	const char *why;
	bool local;

	if (!address_parse_listener(&a, address, &why))
		return false;
	network_parse(&v4, "127.0.0.0/8");
	network_parse(&v6, "::1");
	local = a.kind == ADDRESS_UNIX ||
	    (a.kind == ADDRESS_TCP && a.host &&
		(strcasecmp(a.host, "localhost") == 0 ||
		    (endpoint_from_ip(&end, a.host, 0) &&
			(network_holds(&v4, &end) ||
			    network_holds(&v6, &end)))));
	address_release(&a);
	return local;
}
