/* SPDX-License-Identifier: ISC */
/* Agreeing to a WebSocket (RFC 6455 section 4.2, RFC 7395 section 3.1), or not.
 */
#include "web/answer.h"

#include <string.h>

#include "base/sha1.h"
#include "web/hostmeta.h"

enum { KEY_LEN = 24, HOST_MAX = 255 };

static const struct {
	unsigned status;
	const char *phrase, *text;
} errors[] = {
    {400, "Bad Request", "this is no request that is answered here"},
    {403, "Forbidden", "pages of that origin may not connect"},
    {404, "Not Found", "nothing is there"},
    {405, "Method Not Allowed", "only GET is known here"},
    {426, "Upgrade Required", "a WebSocket of version 13 is needed here"},
    {431, "Request Header Fields Too Large", "the request is too large"},
    {503, "Service Unavailable", "not now: try again later"},
    {505, "HTTP Version Not Supported", "only HTTP/1.1 is spoken here"},
};

void answer_error(struct buf *out, unsigned status, const char *text)
{
	size_t i = 0;

	while (i + 1 < sizeof(errors) / sizeof(*errors) &&
	    errors[i].status != status)
		i++;
	if (!text)
		text = errors[i].text;
	buf_addf(out, "HTTP/1.1 %u %s\r\n", errors[i].status, errors[i].phrase);
	if (status == 426)
		buf_adds(out, "Upgrade: websocket\r\n"
			      "Sec-WebSocket-Version: 13\r\n");
	if (status == 405)
		buf_adds(out, "Allow: GET\r\n");
	buf_addf(out, "Content-Type: text/plain; charset=utf-8\r\n"
		      "Content-Length: %zu\r\nConnection: close%s\r\n\r\n%s\n",
	    strlen(text) + 1, status == 426 ? ", upgrade" : "", text);
}

static void base64(struct buf *out, const unsigned char *p, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
				     "mnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		unsigned long three = (unsigned long)p[i] << 16;

		if (i + 1 < n)
			three |= (unsigned long)p[i + 1] << 8;
		if (i + 2 < n)
			three |= p[i + 2];
		buf_addc(out, digits[three >> 18]);
		buf_addc(out, digits[three >> 12 & 63]);
		buf_addc(out, i + 1 < n ? digits[three >> 6 & 63] : '=');
		buf_addc(out, i + 2 < n ? digits[three & 63] : '=');
	}
}

/* 16 bytes in base64 (RFC 6455 section 4.1). */
static bool key_valid(struct span key)
{
	if (key.n != KEY_LEN || !span_ends(key, "==") ||
	    !strchr("AQgw", key.p[KEY_LEN - 3]))
		return false;
	for (size_t i = 0; i < KEY_LEN - 2; i++) {
		char c = key.p[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
		    !(c >= 'A' && c <= 'Z') && c != '+' && c != '/')
			return false;
	}
	return true;
}

static void agree(struct buf *out, struct span key)
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	unsigned char digest[SHA1_RAW];
	struct buf b = BUF_EMPTY;

	buf_addspan(&b, key);
	buf_adds(&b, guid);
	sha1_raw(buf_span(&b), digest);
	buf_release(&b);
	buf_adds(out, "HTTP/1.1 101 Switching Protocols\r\n"
		      "Upgrade: websocket\r\nConnection: Upgrade\r\n"
		      "Sec-WebSocket-Accept: ");
	base64(out, digest, sizeof(digest));
	buf_adds(out, "\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n");
}

/* What is behind "http://" or "https://"; n 0: neither is there. */
static struct span origin_host(struct span origin)
{
	size_t skip = span_starts(origin, "http://") ? 7
	    : span_starts(origin, "https://")	     ? 8
						     : origin.n;

	return (struct span){origin.p + skip, origin.n - skip};
}

static struct span without_port(struct span host)
{
	for (size_t n = host.n; n > 0 && host.p[n - 1] != ']'; n--) {
		if (host.p[n - 1] == ':')
			return (struct span){host.p, n - 1};
	}
	return host;
}

/* Browsers say whose page it is; what is no browser need not say anything. */
static bool origin_allowed(const struct request *r, const struct web_site *w)
{
	struct span origin = request_get(r, "Origin", 0), host;

	if (!origin.p)
		return true;
	if (request_count(r, "Origin") > 1)
		return false;
	for (size_t i = 0; i < w->origin_count; i++) {
		if (strcmp(w->origins[i], "*") == 0 ||
		    request_same(origin, span_of(w->origins[i])))
			return true;
	}
	host = without_port(origin_host(origin));
	return w->origin_count == 0 && host.n &&
	    request_same(host, without_port(r->host));
}

static unsigned upgrade(struct buf *out, const struct request *r,
    const struct web_site *w, enum web_way way)
{
	struct span key = request_get(r, "Sec-WebSocket-Key", 0);
	const char *why = NULL;
	unsigned status = 400;

	if (!request_lists(r, "Upgrade", "websocket") ||
	    !request_lists(r, "Connection", "upgrade") || r->old ||
	    !span_is(request_get(r, "Sec-WebSocket-Version", 0), "13")) {
		status = 426;
	} else if (!key_valid(key) || request_count(r, "Sec-WebSocket-Key") > 1) {
		why = "bad Sec-WebSocket-Key";
	} else if (!request_lists(r, "Sec-WebSocket-Protocol", "xmpp")) {
		why = "the protocol spoken here is xmpp (RFC 7395)";
	} else if (!origin_allowed(r, w)) {
		status = 403;
	} else if (way == WEB_REFUSED) {
		status = 403;
		why = "TLS is needed here (wss:)";
	} else {
		agree(out, key);
		return 101;
	}
	answer_error(out, status, why);
	return status;
}

unsigned answer_request(struct buf *out, const struct request *r,
    const struct web_site *w, enum web_way way)
{
	bool ours = span_is(r->path, w->path);
	bool document = hostmeta_is(r->path);

	if (!ours && !document) {
		answer_error(out, 404, NULL);
		return 404;
	}
	if (!span_is(r->method, "GET")) {
		answer_error(out, 405, NULL);
		return 405;
	}
	if (ours)
		return upgrade(out, r, w, way);
	if (!w->url && !r->host.n) {
		answer_error(out, 400, NULL);
		return 400;
	}
	hostmeta_answer(out, r, w, way == WEB_SECURE);
	return 200;
}

static bool made_of(const char *s, const char *marks)
{
	static const char alnum[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	for (; *s; s++) {
		if (!strchr(alnum, *s) && !strchr(marks, *s))
			return false;
	}
	return true;
}

bool answer_path_valid(const char *path)
{
	return path[0] == '/' && strlen(path) <= HOST_MAX &&
	    made_of(path, "-._~/") && !hostmeta_is(span_of(path));
}

bool answer_origin_valid(const char *origin)
{
	struct span host = origin_host(span_of(origin));

	return strcmp(origin, "*") == 0 ||
	    (host.n && host.n <= HOST_MAX && made_of(host.p, "-._~:[]"));
}

bool answer_url_valid(const char *url)
{
	size_t skip = strncmp(url, "ws://", 5) == 0 ? 5
	    : strncmp(url, "wss://", 6) == 0	   ? 6
						   : 0;

	return skip && url[skip] && url[skip] != '/' &&
	    strlen(url) <= 2 * HOST_MAX && made_of(url + skip, "-._~:[]/");
}
