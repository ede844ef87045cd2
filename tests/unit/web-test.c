/* SPDX-License-Identifier: ISC */
/* HTTP requests, what they are answered, who asks; and a stream in messages. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "tap.h"
#include "web/answer.h"
#include "web/forwarded.h"
#include "web/request.h"
#include "web/websocket.h"
#include "xml/framed.h"
#include "xml/wire.h"

#define LINE "GET /xmpp-websocket HTTP/1.1\r\n"
#define HOST "Host: chat.example:5443\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define PROTOCOL "Sec-WebSocket-Protocol: chat, xmpp\r\n"
#define UPGRADE "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
#define ALL LINE HOST UPGRADE KEY VERSION PROTOCOL

/* A head as a test's name: in one line. */
static const char *label(const char *head)
{
	static char text[512];

	snprintf(text, sizeof(text), "%s", head);
	for (char *p = text; (p = strpbrk(p, "\r\n")) != NULL;)
		*p = ' ';
	return text;
}

/* In memory of exactly that size, so that a sanitizer sees what is read
 * beyond. The copy stays until the next call. */
static enum request_found feed(struct request *r, const char *p, size_t n,
    unsigned *status)
{
	static char *copy;

	free(copy);
	copy = p ? mem_dup(p, n) : NULL;
	return p ? request_read(r, (struct span){copy, n}, status)
		 : REQUEST_MORE;
}

static void takes(const char *head)
{
	struct request r;
	unsigned status;
	size_t n = strlen(head);
	bool more = true;

	for (size_t i = 0; i < n; i++)
		more = more && feed(&r, head, i, &status) == REQUEST_MORE;
	OK(more, "any part of it is its begin");
	OK(feed(&r, head, n, &status) == REQUEST_WHOLE && r.len == n,
	    label(head));
}

static void refuses(const char *head, unsigned want)
{
	struct request r;
	unsigned status = 0;

	OK(feed(&r, head, strlen(head), &status) == REQUEST_BAD &&
	    status == want, label(head));
}

static void requests(void)
{
	struct request r;
	unsigned status;

	takes(ALL "\r\n");
	takes("GET / HTTP/1.0\r\n\r\n");
	takes(LINE HOST "Content-Length: 0\r\nX:\r\n\r\n");
	refuses("<stream:stream", 400);
	refuses("<", 400);
	refuses("\r\n", 400);
	refuses("GET / HTTP/1.1\n", 400);
	refuses("GET / HTTP/2.0\r\n", 505);
	refuses("GET  / HTTP/1.1\r\n", 400);
	refuses("GET /\r\n", 400);
	refuses("GET http://chat.example/ HTTP/1.1\r\n", 400);
	refuses("GET /\x7f HTTP/1.1\r\n", 400);
	refuses("G@T / HTTP/1.1\r\n", 400);
	refuses(LINE "\r\n", 400);
	refuses(LINE HOST HOST "\r\n", 400);
	refuses(LINE "Host: a b\r\n\r\n", 400);
	refuses(LINE HOST " folded: x\r\n", 400);
	refuses(LINE HOST "Name : x\r\n", 400);
	refuses(LINE HOST "No colon\r\n", 400);
	refuses(LINE HOST "A: \x01\r\n", 400);
	refuses(LINE HOST "Content-Length: 5\r\n\r\n", 400);
	refuses(LINE HOST "Transfer-Encoding: chunked\r\n\r\n", 400);
	OK(feed(&r, LINE "A: \0", sizeof(LINE "A: \0") - 1, &status) ==
	    REQUEST_BAD, "a NUL is found before its line ends");
	feed(&r, NULL, 0, &status);
}

static void limits(void)
{
	struct request r;
	struct buf b = BUF_EMPTY;
	unsigned status;

	buf_adds(&b, LINE HOST "X: ");
	while (b.len < REQUEST_HEAD_MAX - 4)
		buf_addc(&b, 'x');
	buf_adds(&b, "\r\n\r\n");
	OK(request_read(&r, buf_span(&b), &status) == REQUEST_WHOLE,
	    "a head of the limit");
	buf_splice(&b, b.len - 4, 0, "x", 1);
	OK(request_read(&r, buf_span(&b), &status) == REQUEST_BAD &&
	    status == 431, "and of one byte more");
	b.len = REQUEST_HEAD_MAX;
	OK(request_read(&r, buf_span(&b), &status) == REQUEST_BAD &&
	    status == 431, "though it has no end");
	buf_reset(&b);
	buf_adds(&b, LINE HOST);
	for (int i = 1; i < REQUEST_FIELDS_MAX; i++)
		buf_adds(&b, "A: b\r\n");
	OK(request_read(&r, buf_span(&b), &status) == REQUEST_MORE,
	    "as many fields as may be");
	buf_adds(&b, "A: b\r\n");
	OK(request_read(&r, buf_span(&b), &status) == REQUEST_BAD &&
	    status == 431, "and one more");
	buf_release(&b);
}

static const char *const origins[] = {"https://one.example", "https://two:8"};
static const struct web_site site = {.path = "/xmpp-websocket"};
static const struct web_site two = {.path = "/xmpp-websocket",
    .origins = origins,
    .origin_count = 2,
    .url = "wss://public.example/w"};

static void answers(const char *head, const struct web_site *w,
    enum web_way way, unsigned want, const char *has)
{
	struct request r;
	struct buf out = BUF_EMPTY;
	unsigned status;

	request_read(&r, span_of(head), &status);
	OK(answer_request(&out, &r, w, way) == want, label(head));
	if (!OK(strstr(buf_str(&out), has) != NULL, label(has)))
		printf("# %s\n", buf_str(&out));
	buf_release(&out);
}

static void answered(void)
{
	answers(ALL "\r\n", &site, WEB_PLAIN, 101,
	    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
	    "Sec-WebSocket-Protocol: xmpp\r\n\r\n");
	answers(ALL "\r\n", &site, WEB_REFUSED, 403, "TLS is needed");
	answers("GET / HTTP/1.1\r\n" HOST "\r\n", &site, WEB_PLAIN, 404, "404");
	answers("POST /xmpp-websocket HTTP/1.1\r\n" HOST "\r\n", &site,
	    WEB_PLAIN, 405, "Allow: GET");
	answers(LINE HOST "\r\n", &site, WEB_PLAIN, 426,
	    "Sec-WebSocket-Version: 13");
	answers(LINE HOST UPGRADE KEY PROTOCOL "Sec-WebSocket-Version: 8\r\n\r\n",
	    &site, WEB_PLAIN, 426, "426");
	answers(LINE HOST UPGRADE VERSION PROTOCOL "\r\n", &site, WEB_PLAIN, 400,
	    "Key");
	answers(ALL KEY "\r\n", &site, WEB_PLAIN, 400, "Key");
	answers(LINE HOST UPGRADE VERSION PROTOCOL
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR==\r\n\r\n", &site,
	    WEB_PLAIN, 400, "Key");
	answers(LINE HOST UPGRADE KEY VERSION "\r\n", &site, WEB_PLAIN, 400,
	    "RFC 7395");
}

static void pages(void)
{
	answers(ALL "Origin: https://chat.example\r\n\r\n", &site, WEB_PLAIN,
	    101, "101");
	answers(ALL "Origin: https://CHAT.example:1\r\n\r\n", &site, WEB_PLAIN,
	    101, "101");
	answers(ALL "Origin: https://chat.example.evil\r\n\r\n", &site,
	    WEB_PLAIN, 403, "origin");
	answers(ALL "Origin: null\r\n\r\n", &site, WEB_PLAIN, 403, "origin");
	answers(ALL "Origin: https://one.example\r\n\r\n", &two, WEB_PLAIN, 101,
	    "101");
	answers(ALL "Origin: https://two:8\r\n\r\n", &two, WEB_PLAIN, 101, "101");
	answers(ALL "Origin: https://two\r\n\r\n", &two, WEB_PLAIN, 403, "403");
	answers(ALL "Origin: https://chat.example\r\n\r\n", &two, WEB_PLAIN, 403,
	    "403");
	answers(ALL "Origin: https://two:8\r\nOrigin: https://x\r\n\r\n", &two,
	    WEB_PLAIN, 403, "403");
	answers("GET /.well-known/host-meta?x HTTP/1.1\r\n" HOST "\r\n", &site,
	    WEB_SECURE, 200, "href='wss://chat.example:5443/xmpp-websocket'");
	answers("GET /.well-known/host-meta.json HTTP/1.1\r\n" HOST "\r\n", &two,
	    WEB_PLAIN, 200, "\"href\":\"wss://public.example/w\"}");
	answers("GET /.well-known/host-meta.json HTTP/1.1\r\n" HOST "\r\n", &two,
	    WEB_PLAIN, 200, "Access-Control-Allow-Origin: *");
	answers("GET /.well-known/host-meta HTTP/1.0\r\n\r\n", &site, WEB_PLAIN,
	    400, "400");
}

static void from(const char *fields, const char *want, bool plain)
{
	struct buf head = BUF_EMPTY;
	struct network trusted[2];
	char text[ENDPOINT_TEXT];
	struct forwarded f;
	struct request r;
	unsigned status;

	network_parse(&trusted[0], "10.0.0.0/8");
	network_parse(&trusted[1], "::1");
	buf_addf(&head, LINE HOST "%s\r\n", fields);
	request_read(&r, buf_span(&head), &status);
	forwarded_read(&f, &r, trusted, 2);
	endpoint_text(&f.client, text);
	SAME(text, want, label(fields));
	OK(f.plain == plain, "with or without TLS");
	buf_release(&head);
}

static void proxies(void)
{
	from("", "unknown", false);
	from("X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1:0", false);
	from("X-Forwarded-For: 1.2.3.4, 192.0.2.1, 10.0.0.9\r\n",
	    "192.0.2.1:0", false);
	from("X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 10.0.0.9\r\n",
	    "1.2.3.4:0", false);
	from("X-Forwarded-For: 10.0.0.1, 10.0.0.9\r\n", "10.0.0.1:0", false);
	from("X-Forwarded-For: 1.2.3.4, nonsense, 10.0.0.9\r\n", "10.0.0.9:0",
	    false);
	from("X-Forwarded-For: nonsense\r\n", "unknown", false);
	from("X-Forwarded-For: 2001:db8::1\r\nX-Forwarded-Proto: http\r\n",
	    "[2001:db8::1]:0", true);
	from("X-Forwarded-For: [2001:db8::1]:99999\r\n", "unknown", false);
	from("X-Forwarded-For: 192.0.2.1:4711\r\n", "192.0.2.1:4711", false);
	from("Forwarded: for=\"[2001:DB8::1]:4711\";proto=https\r\n"
	     "X-Forwarded-For: 9.9.9.9\r\n", "[2001:db8::1]:4711", false);
	from("Forwarded: for=1.2.3.4, For=192.0.2.1; Proto=http; by=10.0.0.1\r\n",
	    "192.0.2.1:0", true);
	from("Forwarded: for=192.0.2.1, for=_hidden\r\n", "unknown", false);
	from("Forwarded: for=unknown\r\n", "unknown", false);
}

static void put(void *arg, struct span message)
{
	buf_addspan(arg, message);
	buf_addc(arg, '\n');
}

static void writes(const char *bytes, const char *want)
{
	struct buf got = BUF_EMPTY, out = BUF_EMPTY;

	OK(framed_write(span_of(bytes), &out, put, &got), "it is written");
	SAME(buf_str(&got), want, bytes);
	buf_release(&got);
	buf_release(&out);
}

static void messages(void)
{
	struct buf b = BUF_EMPTY, out = BUF_EMPTY;
	struct wire_header h = {.from = span_of("a&b"), .version = {"1.0", 3}};

	wire_header(&b, &h);
	wire_error(&b, "reset", "x");
	writes(buf_str(&b), "<open xmlns=\"" NS_FRAMING "\" from=\"a&amp;b\" "
	    "version=\"1.0\"/>\n<stream:error xmlns:stream=\"" NS_STREAM
	    "\"><reset xmlns=\"" NS_STREAMS "\"/><text xmlns=\"" NS_STREAMS
	    "\" xml:lang=\"en\">x</text></stream:error>\n"
	    "<close xmlns=\"" NS_FRAMING "\"/>\n");
	writes("<iq id=\"1\"/><m xmlns=\"\">x</m> <a xmlns:stream=\"y\"/>",
	    "<iq xmlns=\"jabber:client\" id=\"1\"/>\n<m xmlns=\"\">x</m>\n"
	    "<a xmlns=\"jabber:client\" xmlns:stream=\"y\"/>\n");
	writes("<x:y xmlns:x=\"z\" xmlns=\"q\" a=\" xmlns=\"/>",
	    "<x:y xmlns:x=\"z\" xmlns=\"q\" a=\" xmlns=\"/>\n");
	writes("<x:y xmlns:x=\"z\"/>", "<x:y xmlns:x=\"z\"/>\n");
	OK(!framed_write(span_of("<a><b/>"), &out, put, &b), "half of one");
	OK(!framed_write(span_of("<stream:stream>"), &out, put, &b),
	    "a header that is not wire_header's");
	OK(!framed_one(span_of("<a><b/>c</a>")), "one element");
	OK(!framed_one(span_of("<a/> \n")), "with white space around it");
	OK(framed_one(span_of("<a/><b/>")), "two elements");
	OK(framed_one(span_of("<a><b/>")), "half of one");
	OK(framed_one(span_of("<a/>b")), "text behind it");
	OK(framed_one(span_of("")) && framed_one(span_of(" ")), "none");
	OK(framed_one(span_of("<stream:stream a='b'>")), "a header");
	OK(framed_one(span_of("</stream:stream>")), "a footer");
	OK(framed_begins(span_of("<a><b/>")), "the begin of one");
	OK(!framed_begins(span_of("<a/><b>")), "one, and the begin of one");
	OK(framed_tag(span_of("<open/>")) && framed_tag(span_of("<x:close a='b'>")),
	    "what may be a tag of a stream");
	OK(!framed_tag(span_of("<opened/>")) && !framed_tag(span_of("<open:x/>")),
	    "and what is none");
	buf_release(&b);
	buf_release(&out);
}

static void names(void)
{
	OK(answer_path_valid("/a/b-c") && !answer_path_valid("a") &&
	    !answer_path_valid("/a?b") && !answer_path_valid("/a'b") &&
	    !answer_path_valid("/.well-known/host-meta"), "paths");
	OK(answer_origin_valid("*") && answer_origin_valid("https://a:1") &&
	    !answer_origin_valid("https://a/") && !answer_origin_valid("a") &&
	    !answer_origin_valid("https://"), "origins");
	OK(answer_url_valid("wss://a:1/b") && answer_url_valid("ws://a") &&
	    !answer_url_valid("https://a") && !answer_url_valid("wss:///b") &&
	    !answer_url_valid("wss://a/'"), "URLs");
}

int main(void)
{
	requests();
	limits();
	answered();
	pages();
	proxies();
	messages();
	names();
	return tap_done();
}
