/* SPDX-License-Identifier: ISC */
/* A stream, cut into messages, and messages that are to become one. */
#include "xml/framed.h"

#include <string.h>

#include "xml/name.h"
#include "xml/scan.h"
#include "xml/wire.h"

#define HEADER "<stream:stream xmlns=\"" NS_CLIENT "\" xmlns:stream=\"" \
	NS_STREAM "\""

/* Its own elements are not limited here. */
enum { NO_LIMIT = INT32_MAX };

const char *framed_one(struct span s)
{
	struct scan scan;
	enum scan_item item;
	const char *why = NULL;
	size_t took, done;

	scan_init(&scan, NO_LIMIT);
	item = scan_next(&scan, s.p, s.n, &done);
	/* What ends where it should is judged as it would be in a stream. */
	if (item == SCAN_FAULT && !scan.over)
		why = scan.why;
	else if (item != SCAN_ELEMENT && item != SCAN_FAULT)
		why = "WebSocket message that is not one whole element";
	else if (scan_next(&scan, s.p + done, s.n - done, &took) != SCAN_MORE ||
	    done + took != s.n)
		why = "several elements in a WebSocket message";
	scan_release(&scan);
	return why;
}

bool framed_begins(struct span s)
{
	struct scan scan;
	size_t took;
	bool begins;

	scan_init(&scan, NO_LIMIT);
	begins = scan_next(&scan, s.p, s.n, &took) == SCAN_MORE && scan.inside;
	scan_release(&scan);
	return begins;
}

bool framed_tag(struct span s)
{
	const char *p = s.n ? memchr(s.p, '<', s.n) : NULL;
	struct span name;
	size_t left;

	if (!p)
		return false;
	left = s.n - (size_t)(++p - s.p);
	name = (struct span){p, xmlname_len(p, left)};
	if (name.n < left && p[name.n] == ':') {
		p += name.n + 1;
		left -= name.n + 1;
		name = (struct span){p, xmlname_len(p, left)};
	}
	return span_is(name, "open") || span_is(name, "close");
}

/* Which of the stream's namespaces the declarations in p, which come before
 * attributes, have. */
static void declared(struct span s, bool *content, bool *stream)
{
	static const char any[] = " xmlns";

	while (span_starts(s, any)) {
		int quotes = 0;
		size_t n = 0;

		*content = *content || span_starts(s, " xmlns=");
		*stream = *stream || span_starts(s, " xmlns:stream=");
		while (n < s.n && quotes < 2)
			quotes += s.p[n++] == '"';
		s = (struct span){s.p + n, s.n - n};
	}
}

/* The element, as it stands alone. */
static void element(struct buf *out, struct span s)
{
	bool prefixed = span_starts(s, "<stream:"), content = false;
	bool stream = false;
	size_t n = 1 + xmlname_len(s.p + 1, s.n - 1);

	if (n < s.n && s.p[n] == ':')
		n += 1 + xmlname_len(s.p + n + 1, s.n - n - 1);
	declared((struct span){s.p + n, s.n - n}, &content, &stream);
	buf_add(out, s.p, n);
	if (!content && !memchr(s.p, ':', n))
		buf_adds(out, " xmlns=\"" NS_CLIENT "\"");
	if (prefixed && !stream)
		buf_adds(out, " xmlns:stream=\"" NS_STREAM "\"");
	buf_add(out, s.p + n, s.n - n);
}

/* What wire_header wrote, its '>' last. */
static bool header(struct buf *out, struct span s)
{
	const size_t n = sizeof(HEADER) - 1;

	if (!span_starts(s, HEADER))
		return false;
	buf_adds(out, "<open xmlns=\"" NS_FRAMING "\"");
	buf_add(out, s.p + n, s.n - n - 1);
	buf_adds(out, "/>");
	return true;
}

bool framed_write(struct span s, struct buf *out,
    void (*put)(void *arg, struct span message), void *arg)
{
	struct scan scan;
	enum scan_item item;
	size_t took;
	bool ok = true;

	scan_init(&scan, NO_LIMIT);
	while (ok) {
		item = scan_next(&scan, s.p, s.n, &took);
		s = (struct span){s.p + took, s.n - took};
		if (item == SCAN_MORE)
			break;
		buf_reset(out);
		if (item == SCAN_HEADER)
			ok = header(out, scan.item);
		else if (item == SCAN_ELEMENT)
			element(out, scan.item);
		else if (item == SCAN_FOOTER)
			buf_adds(out, "<close xmlns=\"" NS_FRAMING "\"/>");
		else
			ok = item == SCAN_DECLARATION;
		if (ok && out->len)
			put(arg, buf_span(out));
	}
	scan_release(&scan);
	return ok && s.n == 0;
}
