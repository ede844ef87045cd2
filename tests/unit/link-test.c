/* SPDX-License-Identifier: ISC */
/* Links in a loop, against each other and against bare sockets. Needs ca.pem,
 * server.pem (for localhost), node.pem (for node1) and their .key in the
 * working directory. */
#define _GNU_SOURCE /* SOCK_NONBLOCK */
#include "io/link.h"

#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/address.h"
#include "tap.h"

enum { SECONDS = 20, BULK = 20 * 1000 * 1000 };

static struct event_base *base;
static struct link_loop *loop;
static struct tls_context *server_tls, *client_tls;

/* One end under test, and all that it was told. */
struct side {
	struct link *link;
	struct buf got;
	enum link_step steps[8];
	int nsteps, drained, blocked;
	bool ended, failed;
	char why[160];
	/* What to do when something comes. */
	bool echo, free_it, pause_it;
	struct side *free_other;
};

static void on_step(struct link *l, void *arg, enum link_step step)
{
	struct side *s = arg;

	(void)l;
	if (s->nsteps < 8)
		s->steps[s->nsteps++] = step;
}

static void on_data(struct link *l, void *arg, const char *p, size_t n)
{
	struct side *s = arg;

	buf_add(&s->got, p, n);
	if (s->echo)
		link_write(l, p, n);
	if (s->pause_it)
		link_pause(l);
	if (s->free_other) {
		link_free(s->free_other->link);
		s->free_other->link = NULL;
	}
	if (s->free_it) {
		link_free(l);
		s->link = NULL;
	}
}

static void on_drained(struct link *l, void *arg)
{
	(void)l;
	((struct side *)arg)->drained++;
}

static void on_blocked(struct link *l, void *arg)
{
	struct side *s = arg;

	s->blocked++;
	if (link_stuck(l) < link_backlog(l))
		s->failed = true;
}

static void on_end(struct link *l, void *arg, enum link_end end,
    const char *why)
{
	struct side *s = arg;

	(void)l;
	*(end == LINK_FAILED ? &s->failed : &s->ended) = true;
	snprintf(s->why, sizeof(s->why), "%s", why ? why : "");
}

static const struct link_owner owner = {.step = on_step,
    .data = on_data,
    .drained = on_drained,
    .blocked = on_blocked,
    .end = on_end};

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	*(bool *)arg = true;
}

/* Run the loop until the condition holds or too much time went by. */
#define UNTIL(condition)                                                       \
	do {                                                                   \
		bool late = false;                                             \
		struct timeval tv = {SECONDS, 0};                              \
		struct event *timer = event_new(base, -1, 0, on_time, &late);  \
		event_add(timer, &tv);                                         \
		while (!(condition) && !late)                                  \
			event_base_loop(base, EVLOOP_ONCE);                    \
		event_free(timer);                                             \
		OK(condition, #condition);                                     \
	} while (0)

/* Two ends of a TCP connection, non-blocking. */
static void tcp_pair(int fds[2])
{
	struct sockaddr_in in = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(in);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	bind(listener, (struct sockaddr *)&in, sizeof(in));
	listen(listener, 1);
	getsockname(listener, (struct sockaddr *)&in, &len);
	fds[0] = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fds[0], (struct sockaddr *)&in, sizeof(in)) < 0)
		abort();
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	fds[1] = address_accept(listener, NULL);
	close(listener);
}

static void open_side(struct side *s, int fd)
{
	*s = (struct side){.link = link_new(loop, fd, &owner, s)};
}

static void open_pair(struct side *a, struct side *b)
{
	int fds[2];

	tcp_pair(fds);
	open_side(a, fds[0]);
	open_side(b, fds[1]);
	link_resume(a->link);
	link_resume(b->link);
}

static void close_side(struct side *s)
{
	link_free(s->link);
	buf_release(&s->got);
}

static void say(struct side *s, const char *text)
{
	link_write(s->link, text, strlen(text));
}

static bool heard(struct side *s, const char *text)
{
	return strcmp(buf_str(&s->got), text) == 0;
}

static void secure(struct side *a, struct side *b, const char *name)
{
	link_secure(b->link, server_tls, NULL);
	link_secure(a->link, client_tls, name);
}

static void ends(bool tls)
{
	struct side a, b;

	open_pair(&a, &b);
	if (tls)
		secure(&a, &b, "localhost");
	say(&a, "hel");
	say(&a, "lo");
	link_shutdown(a.link);
	say(&a, "too late");
	UNTIL(b.ended);
	OK(heard(&b, "hello") && !*b.why, "a direction ends behind its bytes");
	say(&b, "answer");
	UNTIL(heard(&a, "answer"));
	OK(!a.ended && !a.failed, "the other goes on");
	link_shutdown(b.link);
	UNTIL(a.ended);
	OK(!a.failed && !b.failed, "and ends in order");
	close_side(&a);
	close_side(&b);
}

static void bulk(bool tls)
{
	struct side a, b;
	char *p = mem_alloc(BULK);
	size_t most = 0;

	for (size_t i = 0; i < BULK; i++)
		p[i] = (char)(i * 31 / 7);
	open_pair(&a, &b);
	if (tls)
		secure(&a, &b, "localhost");
	b.echo = true;
	link_pause(a.link);
	link_write(a.link, p, BULK);
	OK(link_backlog(a.link) == BULK, "what is queued is counted");
	UNTIL(link_backlog(b.link) > 0);
	most = link_backlog(b.link);
	link_resume(a.link);
	UNTIL(a.got.len == BULK);
	OK(memcmp(a.got.data, p, BULK) == 0, "bulk comes back the same");
	OK(most > 0 && link_backlog(b.link) == 0 && a.drained && b.drained,
	    "the queues are empty again");
	OK(a.blocked && b.blocked && !a.failed && !b.failed &&
		!link_stuck(a.link) && !link_stuck(b.link),
	    "it is said when and with how much a queue stands still");
	free(p);
	close_side(&a);
	close_side(&b);
}

static void starttls(void)
{
	struct side a, b;

	open_pair(&a, &b);
	say(&a, "starttls");
	UNTIL(heard(&b, "starttls"));
	OK(link_buffered(b.link) == 0 && !link_tls(b.link), "it is plain");
	say(&b, "proceed");
	link_secure(b.link, server_tls, NULL);
	say(&b, "inside");
	UNTIL(heard(&a, "proceed"));
	link_secure(a.link, client_tls, "localhost");
	say(&a, "hello");
	UNTIL(heard(&a, "proceedinside"));
	UNTIL(heard(&b, "starttlshello"));
	OK(a.nsteps == 1 && b.nsteps == 1, "once each");
	OK(a.steps[0] == LINK_SECURED, "secured");
	close_side(&a);
	close_side(&b);
}

static void details(void)
{
	struct side a, b;
	struct buf subject = BUF_EMPTY;

	open_pair(&a, &b);
	secure(&a, &b, "localhost");
	UNTIL(a.nsteps && b.nsteps);
	SAME(tls_version(link_tls(a.link)), "TLSv1.3", "the version");
	SAME(tls_asked_name(link_tls(b.link)), "localhost", "the name asked");
	OK(tls_peer_name(link_tls(a.link), &subject) &&
	    strcmp(buf_str(&subject), "localhost") == 0, "the server's name");
	OK(!tls_peer_subject(link_tls(b.link), &subject),
	    "a client without a certificate has none");
	buf_release(&subject);
	close_side(&a);
	close_side(&b);
}

static void wrong_name(void)
{
	struct side a, b;

	open_pair(&a, &b);
	secure(&a, &b, "elsewhere.example");
	UNTIL(a.failed && b.failed);
	OK(strstr(a.why, "hostname mismatch"), "a wrong name is no server");
	OK(a.nsteps == 0, "and nothing is secured");
	close_side(&a);
	close_side(&b);
}

/* Plain bytes where a handshake should be are never data. */
static void plain_across_the_edge(void)
{
	struct side b;
	int fds[2];

	tcp_pair(fds);
	open_side(&b, fds[1]);
	link_resume(b.link);
	link_secure(b.link, server_tls, NULL);
	OK(write(fds[0], "<message/>", 10) == 10, "plain bytes");
	UNTIL(b.failed);
	OK(b.got.len == 0 && b.nsteps == 0, "are not taken for TLS");
	close(fds[0]);
	close_side(&b);
}

static void closing(void)
{
	struct side a, b;
	char *p = mem_zalloc(BULK);

	open_pair(&a, &b);
	secure(&a, &b, "localhost");
	UNTIL(a.nsteps && b.nsteps);
	link_pause(a.link);
	link_write(b.link, p, BULK);
	link_close(b.link, SECONDS * 1000);
	OK(link_loop_closing(loop) == 1, "it is on its way out");
	/* What the peer still says must not cost it the last words. */
	say(&a, "unread");
	link_resume(a.link);
	UNTIL(a.ended);
	OK(a.got.len == BULK && !*a.why, "all that was queued arrived");
	link_shutdown(a.link);
	UNTIL(link_loop_closing(loop) == 0);
	close_side(&a);
	b.link = NULL;

	open_pair(&a, &b);
	link_pause(a.link);
	link_write(b.link, p, BULK);
	link_close(b.link, 50);
	UNTIL(link_loop_closing(loop) == 0);
	OK(true, "who does not read is cut off in the end");
	close_side(&a);
	free(p);
}

static void freeing(void)
{
	struct side a, b, c, d;

	open_pair(&a, &b);
	open_pair(&c, &d);
	b.free_it = true;
	b.free_other = &c;
	say(&c, "queued when it goes");
	say(&a, "go");
	UNTIL(!b.link && !c.link);
	UNTIL(a.ended || a.failed);
	UNTIL(d.ended || d.failed);
	close_side(&a);
	close_side(&d);
	buf_release(&b.got);

	open_pair(&a, &b);
	b.pause_it = true;
	say(&a, "one");
	UNTIL(heard(&b, "one"));
	say(&a, "two");
	UNTIL(link_backlog(a.link) == 0);
	event_base_loop(base, EVLOOP_NONBLOCK);
	OK(heard(&b, "one") && link_paused(b.link), "paused is paused");
	link_resume(b.link);
	UNTIL(heard(&b, "onetwo"));
	close_side(&a);
	close_side(&b);
}

/* Bytes one by one; true if the link is as it should be in the end. */
static void sniffs(const char *p, size_t n, enum link_proxy proxy,
    enum link_step step,
    const char *peer)
{
	struct side b;
	char text[ENDPOINT_TEXT];
	int fds[2];

	tcp_pair(fds);
	open_side(&b, fds[1]);
	link_sniff(b.link, proxy);
	for (size_t i = 0; i < n; i++) {
		if (write(fds[0], p + i, 1) != 1)
			abort();
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	UNTIL(b.nsteps == 1);
	OK(b.steps[0] == step && b.got.len == 0, "the first byte is seen");
	link_resume(b.link);
	UNTIL(b.got.len == 1);
	OK(b.got.data[0] == p[n - 1], "and still there");
	endpoint_text(link_peer(b.link), text);
	if (peer)
		SAME(text, peer, "the peer is who the proxy says");
	else
		OK(strncmp(text, "127.0.0.1:", 10) == 0, "the peer");
	close(fds[0]);
	close_side(&b);
}

static void does_not_sniff(const char *p, size_t n, enum link_proxy proxy)
{
	struct side b;
	int fds[2];

	tcp_pair(fds);
	open_side(&b, fds[1]);
	link_sniff(b.link, proxy);
	if (n && write(fds[0], p, n) != (ssize_t)n)
		abort();
	if (n == 0)
		shutdown(fds[0], SHUT_WR);
	UNTIL(b.failed);
	OK(*b.why && b.nsteps == 0, b.why);
	close(fds[0]);
	close_side(&b);
}

static void sniffing(void)
{
	static const char one[] =
	    "PROXY TCP4 192.0.2.1 192.0.2.2 1000 5222\r\n<";
	static const char two[] = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"
	    "\xc0\0\2\1\xc0\0\2\2\x03\xe8\x14\x66\x16";

	sniffs("<", 1, LINK_PROXY_NONE, LINK_SNIFFED_PLAIN, NULL);
	sniffs("\x16", 1, LINK_PROXY_NONE, LINK_SNIFFED_TLS, NULL);
	sniffs(one, sizeof(one) - 1, LINK_PROXY_MUST, LINK_SNIFFED_PLAIN,
	    "192.0.2.1:1000");
	sniffs(two, sizeof(two) - 1, LINK_PROXY_MUST, LINK_SNIFFED_TLS,
	    "192.0.2.1:1000");
	sniffs("PROXY UNKNOWN\r\n<", 16, LINK_PROXY_MUST, LINK_SNIFFED_PLAIN, NULL);
	does_not_sniff("<", 1, LINK_PROXY_MUST);
	does_not_sniff("PROXY nonsense\r\n", 16, LINK_PROXY_MUST);
	does_not_sniff("", 0, LINK_PROXY_NONE);
	does_not_sniff("", 0, LINK_PROXY_MUST);
	sniffs("G", 1, LINK_PROXY_MAY, LINK_SNIFFED_PLAIN, NULL);
	sniffs("\x16", 1, LINK_PROXY_MAY, LINK_SNIFFED_TLS, NULL);
	sniffs(one, sizeof(one) - 1, LINK_PROXY_MAY, LINK_SNIFFED_PLAIN,
	    "192.0.2.1:1000");
	sniffs(two, sizeof(two) - 1, LINK_PROXY_MAY, LINK_SNIFFED_TLS,
	    "192.0.2.1:1000");
	does_not_sniff("POST", 4, LINK_PROXY_MAY);
}

static void peers_that_go(void)
{
	static const struct linger reset = {1, 0};
	struct side b;
	int fds[2];

	tcp_pair(fds);
	open_side(&b, fds[1]);
	link_resume(b.link);
	setsockopt(fds[0], SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fds[0]);
	UNTIL(b.failed);
	SAME(b.why, "Connection reset by peer", "a reset is a failure");
	link_write(b.link, "x", 1);
	OK(link_backlog(b.link) == 0, "and nothing is queued after it");
	link_close(b.link, 1000);
	OK(link_loop_closing(loop) == 0, "nor waited for");
	buf_release(&b.got);

	/* The last words of who is gone are heard before writing fails. */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) < 0)
		abort();
	open_side(&b, fds[1]);
	link_resume(b.link);
	if (write(fds[0], "last words", 10) != 10)
		abort();
	close(fds[0]);
	say(&b, "hello?");
	UNTIL(b.failed || b.ended);
	OK(heard(&b, "last words"), "last words are heard");
	close_side(&b);
}

static void last_words_by_tls(void)
{
	struct side a, b;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) < 0)
		abort();
	open_side(&a, fds[0]);
	open_side(&b, fds[1]);
	link_resume(a.link);
	link_resume(b.link);
	secure(&a, &b, "localhost");
	UNTIL(a.nsteps == 1 && b.nsteps == 1);
	link_pause(b.link);
	say(&a, "last words");
	UNTIL(link_backlog(a.link) == 0);
	close_side(&a);
	link_resume(b.link);
	say(&b, "hello?");
	UNTIL(b.failed || b.ended);
	OK(heard(&b, "last words"), "last words are heard by TLS, too");
	SAME(b.why, "Broken pipe", "then it is broken");
	close_side(&b);
}

static void connecting(void)
{
	struct address a;
	struct listening l;
	struct side s;
	const char *why;

	address_parse(&a, "tcp:127.0.0.1:0", &why);
	address_listen(&a, &l, &why);
	a.ends[0] = endpoint_of_socket(l.fds[0]);
	open_side(&s, address_connect(&a, 0));
	link_connecting(s.link);
	say(&s, "before it is");
	UNTIL(s.nsteps == 1);
	OK(s.steps[0] == LINK_CONNECTED, "connected");
	UNTIL(link_backlog(s.link) == 0);
	close_side(&s);
	address_unlisten(&a, &l);
	open_side(&s, address_connect(&a, 0));
	link_connecting(s.link);
	UNTIL(s.failed);
	SAME(s.why, "Connection refused", "nobody is there");
	close_side(&s);
	address_release(&a);
}

/* A server with two certificates, which asks for one. */
static struct tls_context *choosy(void)
{
	static const char *const certificates[] = {"server.pem", "node.pem"};
	static const char *const keys[] = {"server.key", "node.key"};
	struct tls_config config = {.server = true,
	    .certificates = certificates, .keys = keys, .count = 2,
	    .ca = "ca.pem", .alpn = "xmpp-client"};
	struct buf why = BUF_EMPTY;
	struct tls_context *c = tls_context_new(&config, &why);

	if (!OK(c, buf_str(&why)))
		exit(tap_done());
	config.ca = "server.key";
	OK(!tls_context_reload(&c, &config, &why) &&
	    tls_context_covers(c, "node1"), buf_str(&why));
	config.ca = "ca.pem";
	OK(tls_context_reload(&c, &config, &why), "loaded again");
	buf_release(&why);
	return c;
}

static struct tls_context *client(const char *certificate, const char *key,
    const char *alpn)
{
	struct tls_config config = {.certificates = &certificate,
	    .keys = &key, .count = certificate ? 1 : 0, .ca = "ca.pem",
	    .alpn = alpn};
	struct buf why = BUF_EMPTY;
	struct tls_context *c = tls_context_new(&config, &why);

	OK(c, buf_str(&why));
	buf_release(&why);
	return c;
}

/* What the server's link says in the end: its client's name, or why not. */
static void meets(struct tls_context *server, struct tls_context *c,
    const char *name, const char *end)
{
	struct side a, b;
	struct buf text = BUF_EMPTY;

	open_pair(&a, &b);
	link_secure(b.link, server, NULL);
	link_secure(a.link, c, name);
	UNTIL(b.nsteps || b.failed);
	if (b.nsteps)
		tls_peer_name(link_tls(b.link), &text);
	OK(strcmp(b.nsteps ? buf_str(&text) : b.why, end) == 0,
	    b.nsteps ? buf_str(&text) : b.why);
	if (b.nsteps) {
		buf_reset(&text);
		UNTIL(a.nsteps);
		tls_peer_name(link_tls(a.link), &text);
		SAME(buf_str(&text), name, "the certificate for that name");
	}
	buf_release(&text);
	close_side(&a);
	close_side(&b);
	tls_context_free(c);
}

static void choosing(void)
{
	struct tls_context *server = choosy();

	meets(server, client("node.pem", "node.key", NULL), "localhost",
	    "node1");
	meets(server, client("node.pem", "node.key", "xmpp-client"), "node1",
	    "node1");
	meets(server, client("server.pem", "server.key", NULL), "node1",
	    "localhost");
	meets(server, client(NULL, NULL, NULL), "localhost",
	    "peer did not return a certificate");
	meets(server, client("node.pem", "node.key", "h2"), "localhost",
	    "no application protocol");
	tls_context_free(server);
}

static void open_tls(void)
{
	static const char *const certificate = "server.pem";
	static const char *const key = "server.key";
	struct tls_config server = {.server = true,
	    .certificates = &certificate, .keys = &key, .count = 1,
	    .alpn = "xmpp-client"};
	struct tls_config client = {.ca = "ca.pem", .alpn = "xmpp-client"};
	struct buf why = BUF_EMPTY;

	server_tls = tls_context_new(&server, &why);
	client_tls = tls_context_new(&client, &why);
	OK(server_tls && client_tls, buf_str(&why));
	if (!server_tls || !client_tls)
		exit(tap_done());
	OK(tls_context_covers(server_tls, "localhost") &&
	    !tls_context_covers(server_tls, "example.org"),
	    "what the certificate is for");
	OK(tls_context_expires(server_tls) > time(NULL) + 86400,
	    "when it expires");
	buf_release(&why);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	loop = link_loop_new(base);
	open_tls();
	ends(false);
	ends(true);
	bulk(false);
	bulk(true);
	starttls();
	details();
	wrong_name();
	plain_across_the_edge();
	closing();
	freeing();
	sniffing();
	peers_that_go();
	last_words_by_tls();
	connecting();
	choosing();
	tls_context_free(server_tls);
	tls_context_free(client_tls);
	link_loop_free(loop);
	event_base_free(base);
	return tap_done();
}
