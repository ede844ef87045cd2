/* SPDX-License-Identifier: ISC */
/* The host-meta documents. */
#include "web/hostmeta.h"

#define RELATION "urn:xmpp:alt-connections:websocket"

static const char xml_path[] = "/.well-known/host-meta";
static const char json_path[] = "/.well-known/host-meta.json";

bool hostmeta_is(struct span path)
{
	return span_is(path, xml_path) || span_is(path, json_path);
}

static void add_url(struct buf *out, const struct request *r,
    const struct web_site *w, bool secure)
{
	if (w->url)
		buf_adds(out, w->url);
	else
		buf_addf(out, "%s://%.*s%s", secure ? "wss" : "ws",
		    SPAN_ARG(r->host), w->path);
}

/* Nothing that a host or a path may have needs to be escaped in either. Pages
 * of every origin may read it (XEP-0156 section 3). */
void hostmeta_answer(struct buf *out, const struct request *r,
    const struct web_site *w, bool secure)
{
	bool json = span_is(r->path, json_path);
	struct buf text = BUF_EMPTY;

	buf_adds(&text, json
		? "{\"links\":[{\"rel\":\"" RELATION "\",\"href\":\""
		: "<?xml version='1.0' encoding='UTF-8'?>\n"
		  "<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>\n"
		  "  <Link rel='" RELATION "' href='");
	add_url(&text, r, w, secure);
	buf_adds(&text, json ? "\"}]}\n" : "'/>\n</XRD>\n");
	buf_addf(out, "HTTP/1.1 200 OK\r\nContent-Type: application/%s\r\n"
		      "Content-Length: %zu\r\n"
		      "Access-Control-Allow-Origin: *\r\n"
		      "Connection: close\r\n\r\n", json ? "json" : "xrd+xml",
	    text.len);
	buf_addspan(out, buf_span(&text));
	buf_release(&text);
}
