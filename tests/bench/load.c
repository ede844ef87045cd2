/* SPDX-License-Identifier: ISC */
/* Load for an XMPP server or a node before one: many clients that log in for
 * real (SCRAM-SHA-1 or PLAIN, plain, STARTTLS or direct TLS) and
 *   load chat ...  send to one another in pairs, with WINDOW messages under
 *                  way each, or RATE a second in all; every message is
 *                  counted, also lost, doubled and overtaken ones;
 *                  --ids FILE gets "sent|got|error SENDER NUMBER" of each,
 *                  with --one-way only one of each pair sends; SIGINT ends
 *                  the sending before its time; with --lively N each does
 *                  after N messages what clients do beside: it pings, gets
 *                  its roster and sends its presence, which its peer sees
 *   load idle ...  stay logged in until standard input ends; with --at-once
 *                  all connect at the same time, and whom the server ends
 *                  before they are in come again
 * With --websocket they come by that (RFC 7395), plain.
 * One line of key=value is printed at the end (idle: when all are in). */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <popt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/mem.h"

enum { SECOND = 1000000000, SCRAM_LEN = 20, PACE = 64, NUMBER = 16 };

enum state { CONNECTING, UPGRADE, HEADER, FEATURES, PROCEED, CHALLENGE, SUCCESS,
	REHEADER, BIND, BOUND, GONE };

struct options {
	const char *host, *port, *domain, *password, *prefix, *tls, *mechanism, *ids;
	int clients, window, seconds, rate, size, wait, lively;
	bool idle;
	int one_way, at_once, websocket;
};

struct client {
	int fd, number;
	enum state state;
	SSL *ssl;
	bool writing, header_seen, met;
	struct buf in, out;
	bool web;	/* it is a WebSocket now: */
	struct buf raw;	/* what came of frames, */
	size_t framed;	/* and how much of out is in them */
	char nonce[33];
	uint64_t sent, seen; /* by it; of what its peer sent */
};

struct load {
	struct options o;
	struct client *client;
	struct addrinfo *address;
	SSL_CTX *tls;
	int epoll, started, bound, under_way, met;
	int64_t begin, end, last;
	uint64_t sent, received, doubled, overtaken, errors, asked, answered;
	int64_t *latency;
	size_t latencies, cap;
	bool chatting;
	FILE *ids;
};

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * SECOND + ts.tv_nsec;
}

static _Noreturn void broken(struct client *c, const char *why)
{
	diag_die(1, "client %d: %s: '%.*s'", c->number, why,
	    (int)(c->in.len > 400 ? 400 : c->in.len),
	    c->in.data ? c->in.data : "");
}

static void watch(struct load *l, struct client *c, bool writing)
{
	struct epoll_event e = {.events = EPOLLIN | (writing ? EPOLLOUT : 0),
	    .data.ptr = c};

	if (c->writing == writing)
		return;
	c->writing = writing;
	epoll_ctl(l->epoll, EPOLL_CTL_MOD, c->fd, &e);
}

/* What is new in the output becomes one message. Its mask is zero, which
 * changes nothing and is as good as any here. */
static void frame(struct client *c)
{
	size_t n = c->out.len - c->framed, len = 2;
	char head[8] = {(char)0x81};

	if (n < 126) {
		head[1] = (char)(0x80 | n);
	} else {
		head[1] = (char)(0x80 | 126);
		head[2] = (char)(n >> 8);
		head[3] = (char)n;
		len = 4;
	}
	if (n > 65535)
		broken(c, "too large for this");
	if (n)
		buf_splice(&c->out, c->framed, 0, head, len + 4);
	c->framed = c->out.len;
}

/* Take the texts out of the frames that are whole. */
static void unframe(struct client *c)
{
	size_t at = 0;

	while (c->raw.len - at >= 2) {
		const unsigned char *p =
		    (const unsigned char *)c->raw.data + at;
		size_t have = c->raw.len - at, n = p[1], head = 2;

		if (n == 126)
			head = 4;
		else if (n == 127)
			head = 10;
		if (have < head)
			break;
		for (size_t i = 2, more = n = head > 2 ? 0 : n; i < head; i++)
			more = n = more << 8 | p[i];
		if (have - head < n)
			break;
		if ((p[0] & 15) == 8)
			broken(c, "WebSocket closed");
		if ((p[0] & 15) == 1)
			buf_add(&c->in, (const char *)p + head, n);
		at += head + n;
	}
	buf_consume(&c->raw, at);
}

static void push(struct load *l, struct client *c)
{
	if (c->web)
		frame(c);
	while (c->out.len) {
		ssize_t n;

		if (c->ssl) {
			n = SSL_write(c->ssl, c->out.data, (int)c->out.len);
			if (n <= 0 && SSL_get_error(c->ssl, (int)n) !=
			    SSL_ERROR_WANT_WRITE &&
			    SSL_get_error(c->ssl, (int)n) !=
			    SSL_ERROR_WANT_READ && !l->o.at_once)
				broken(c, "cannot write");
		} else {
			n = send(c->fd, c->out.data, c->out.len, MSG_NOSIGNAL);
			/* In a storm reading says that, too. */
			if (n < 0 && errno != EAGAIN && !l->o.at_once)
				broken(c, strerror(errno));
		}
		if (n <= 0)
			break;
		buf_consume(&c->out, (size_t)n);
		c->framed -= c->web ? (size_t)n : 0;
	}
	watch(l, c, c->out.len > 0);
}

static void header(struct load *l, struct client *c)
{
	c->header_seen = false;
	if (c->web) {
		buf_addf(&c->out, "<open to='%s' version='1.0' xmlns='urn:"
		    "ietf:params:xml:ns:xmpp-framing'/>", l->o.domain);
		return;
	}
	buf_addf(&c->out, "<?xml version='1.0'?><stream:stream to='%s' "
	    "version='1.0' xmlns='jabber:client' "
	    "xmlns:stream='http://etherx.jabber.org/streams'>", l->o.domain);
}

static void base64(struct buf *b, const void *p, size_t n)
{
	char *at = buf_room(b, (n + 2) / 3 * 4 + 1);

	b->len += (size_t)EVP_EncodeBlock((unsigned char *)at, p, (int)n);
}

static size_t unbase64(unsigned char *out, const char *p, size_t n)
{
	int len = EVP_DecodeBlock(out, (const unsigned char *)p, (int)n);

	while (len > 0 && n > 0 && p[--n] == '=')
		len--;
	return len < 0 ? 0 : (size_t)len;
}

static void auth_plain(struct load *l, struct client *c)
{
	struct buf raw = BUF_EMPTY;

	buf_addc(&raw, '\0');
	buf_addf(&raw, "%s%d", l->o.prefix, c->number);
	buf_addc(&raw, '\0');
	buf_adds(&raw, l->o.password);
	buf_adds(&c->out, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
	    "mechanism='PLAIN'>");
	base64(&c->out, raw.data, raw.len);
	buf_adds(&c->out, "</auth>");
	buf_release(&raw);
	c->state = SUCCESS;
}

static void auth_scram(struct load *l, struct client *c)
{
	unsigned char raw[16];
	struct buf first = BUF_EMPTY;

	RAND_bytes(raw, sizeof(raw));
	for (int i = 0; i < 16; i++)
		snprintf(c->nonce + 2 * i, 3, "%02x", raw[i]);
	buf_addf(&first, "n,,n=%s%d,r=%s", l->o.prefix, c->number, c->nonce);
	buf_adds(&c->out, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
	    "mechanism='SCRAM-SHA-1'>");
	base64(&c->out, first.data, first.len);
	buf_adds(&c->out, "</auth>");
	buf_release(&first);
	c->state = CHALLENGE;
}

static void hmac(const unsigned char *key, const char *text, size_t n,
    unsigned char out[SCRAM_LEN])
{
	HMAC(EVP_sha1(), key, SCRAM_LEN, (const unsigned char *)text, n, out, NULL);
}

/* RFC 5802 section 3: the client's final message. */
static void respond(struct load *l, struct client *c, struct span text)
{
	unsigned char challenge[2048], salt[256], salted[SCRAM_LEN], key[SCRAM_LEN];
	unsigned char stored[SCRAM_LEN], proof[SCRAM_LEN];
	struct buf message = BUF_EMPTY, final = BUF_EMPTY;
	char *s, *i, *end;
	size_t n, bare;

	if (text.n > 2000)
		broken(c, "challenge too long");
	n = unbase64(challenge, text.p, text.n);
	challenge[n] = '\0';
	s = strstr((char *)challenge, ",s=");
	i = strstr((char *)challenge, ",i=");
	if (!s || !i || i < s || i - s > 300)
		broken(c, "bad challenge");
	n = unbase64(salt, s + 3, (size_t)(i - s - 3));
	PKCS5_PBKDF2_HMAC_SHA1(l->o.password, -1, salt, (int)n, atoi(i + 3),
	    SCRAM_LEN, salted);
	hmac(salted, "Client Key", 10, key);
	EVP_Digest(key, SCRAM_LEN, stored, NULL, EVP_sha1(), NULL);
	end = strchr((char *)challenge, ',');
	buf_addf(&final, "c=biws,%.*s", (int)(end - (char *)challenge),
	    challenge);
	bare = final.len;
	buf_addf(&message, "n=%s%d,r=%s,%s,%.*s", l->o.prefix, c->number,
	    c->nonce, challenge, (int)bare, final.data);
	hmac(stored, message.data, message.len, proof);
	for (int k = 0; k < SCRAM_LEN; k++)
		proof[k] ^= key[k];
	buf_adds(&final, ",p=");
	base64(&final, proof, SCRAM_LEN);
	buf_adds(&c->out,
	    "<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>");
	base64(&c->out, final.data, final.len);
	buf_adds(&c->out, "</response>");
	buf_release(&message);
	buf_release(&final);
	c->state = SUCCESS;
}

/* Take what is up to and with mark off the input; false if it is not there. */
static bool take(struct client *c, const char *mark)
{
	char *at = c->in.len ? memmem(c->in.data, c->in.len, mark,
	    strlen(mark)) : NULL;

	if (!at)
		return false;
	buf_consume(&c->in, (size_t)(at - c->in.data) + strlen(mark));
	return true;
}

static bool has(struct client *c, const char *mark)
{
	return c->in.len && memmem(c->in.data, c->in.len, mark, strlen(mark));
}

/* Numbers in bodies are letters from a to p: digits might look like those of
 * a card to a policy. */
static void add_number(struct buf *b, uint64_t n)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		buf_addc(b, (char)('a' + (n >> shift & 15)));
	buf_addc(b, ' ');
}

static uint64_t number(const char *p)
{
	uint64_t n = 0;

	for (int i = 0; i < NUMBER; i++)
		n = n << 4 | ((unsigned)(p[i] - 'a') & 15);
	return n;
}

static void note(struct load *l, const char *what, int sender, uint64_t n)
{
	if (l->ids)
		fprintf(l->ids, "%s %d %" PRIu64 "\n", what, sender, n);
}

/* XEP-0199, RFC 6121 sections 2.1.3 and 4.4. */
static void chores(struct load *l, struct client *c)
{
	buf_addf(&c->out, "<iq type='get' id='p' to='%s'><ping xmlns='urn:"
	    "xmpp:ping'/></iq><iq type='get' id='r'><query xmlns='jabber:iq:"
	    "roster'/></iq><presence/>", l->o.domain);
	l->asked += 2;
}

static void message(struct load *l, struct client *c, int64_t due)
{
	struct client *peer = &l->client[c->number ^ 1];

	buf_addf(&c->out, "<message%s to='%s%d@%s/load' type='chat' "
	    "id='l%" PRIu64 "'><body>L ",
	    c->web ? " xmlns='jabber:client'" : "", l->o.prefix, peer->number, l->o.domain, c->sent);
	add_number(&c->out, c->sent);
	add_number(&c->out, (uint64_t)due);
	memset(buf_room(&c->out, (size_t)l->o.size), 'x', (size_t)l->o.size);
	c->out.len += (size_t)l->o.size;
	buf_adds(&c->out, "</body></message>");
	note(l, "sent", c->number, c->sent);
	c->sent++;
	l->sent++;
	if (l->o.lively && c->sent % (uint64_t)l->o.lively == 0)
		chores(l, c);
	push(l, c);
}

static void latency(struct load *l, int64_t ns)
{
	if (l->latencies == l->cap)
		l->latency = mem_resize(l->latency,
		    l->cap = l->cap ? 2 * l->cap : 65536, sizeof(int64_t));
	l->latency[l->latencies++] = ns;
}

/* One that could not be delivered came back; another takes its place. */
static void refused(struct load *l, struct client *c, struct span m)
{
	char *id = memmem(m.p, m.n, " id=\"l", 6);

	if (!id)
		id = memmem(m.p, m.n, " id='l", 6);
	if (!id)
		broken(c, "an error without an id");
	l->errors++;
	note(l, "error", c->number, strtoull(id + 6, NULL, 10));
	if (l->chatting && !l->o.rate)
		message(l, c, now());
}

/* One whole message element is at the front of the input. */
static void arrived(struct load *l, struct client *c, struct span m)
{
	char *body = memmem(m.p, m.n, "<body>L ", 8);
	uint64_t n;

	if (memmem(m.p, m.n, "type='error'", 12) ||
	    memmem(m.p, m.n, "type=\"error\"", 12)) {
		refused(l, c, m);
		return;
	}
	if (!body || m.p + m.n - body < 8 + 2 * (NUMBER + 1))
		return;
	n = number(body + 8);
	l->received++;
	note(l, "got", c->number ^ 1, n);
	l->last = now();
	latency(l, l->last - (int64_t)number(body + 8 + NUMBER + 1));
	if (n < c->seen)
		l->doubled++;
	else {
		if (n > c->seen)
			l->overtaken++;
		c->seen = n + 1;
	}
	if (l->chatting && !l->o.rate)
		message(l, &l->client[c->number ^ 1], now());
}

/* Count the answers in that; how much of it is up to the last one's type. */
static size_t answers(struct load *l, const char *p, size_t n)
{
	static const char mark[] = " type='result'";
	const char *at = p, *end = p + n, *last = p;

	while ((at = memmem(at, (size_t)(end - at), mark, 6))) {
		bool whole = end - at >= (ptrdiff_t)sizeof(mark) - 1;

		at += 6;
		if (whole && memcmp(at + 1, mark + 7, 6) == 0) {
			l->answered++;
			last = at + 7;
		}
	}
	return (size_t)(last - p);
}

/* Until all are on the roster of their peer (RFC 6121 section 3.1), and seen
 * there. */
static void meet(struct load *l, struct client *c)
{
	struct buf peer = BUF_EMPTY;
	size_t bare;

	buf_addf(&peer, "%s%d@%s", l->o.prefix, c->number ^ 1, l->o.domain);
	bare = peer.len;
	buf_adds(&peer, "/load");
	if (!c->met && has(c, buf_str(&peer))) {
		c->met = true;
		l->met++;
	}
	if (take(c, "type='subscribe'") || take(c, "type=\"subscribe\""))
		buf_addf(&c->out, "<presence to='%.*s' type='subscribed'/>",
		    (int)bare, peer.data);
	buf_release(&peer);
}

static void messages(struct load *l, struct client *c)
{
	static const char mark[] = "</message>";
	size_t from = 0;
	char *at;

	if (l->o.lively && l->met < l->o.clients) {
		meet(l, c);
		return;
	}
	while (from < c->in.len && (at = memmem(c->in.data + from,
	    c->in.len - from, mark, sizeof(mark) - 1))) {
		size_t end = (size_t)(at - c->in.data) + sizeof(mark) - 1;

		if (l->o.lively)
			answers(l, c->in.data + from, end - from);
		arrived(l, c, (struct span){c->in.data + from, end - from});
		from = end;
	}
	buf_consume(&c->in, from);
	if (l->o.lively && c->in.len)
		buf_consume(&c->in, answers(l, c->in.data, c->in.len));
	if (has(c, "</stream:stream>") || has(c, "<stream:error"))
		broken(c, "stream ended");
}

static void secure(struct load *l, struct client *c)
{
	c->ssl = SSL_new(l->tls);
	SSL_set_fd(c->ssl, c->fd);
	SSL_set_tlsext_host_name(c->ssl, l->o.domain);
	SSL_set_connect_state(c->ssl);
}

static void features(struct load *l, struct client *c)
{
	bool offered = has(c, "urn:ietf:params:xml:ns:xmpp-tls");

	if (!take(c, "</stream:features>"))
		return;
	if (c->state == REHEADER) {
		buf_adds(&c->out, c->web ? "<iq xmlns='jabber:client'" : "<iq");
		buf_adds(&c->out, " type='set' id='b'><bind xmlns='urn:"
		    "ietf:params:xml:ns:xmpp-bind'><resource>load</resource>"
		    "</bind></iq>");
		c->state = BIND;
	} else if (strcmp(l->o.tls, "starttls") == 0 && !c->ssl) {
		if (!offered)
			broken(c, "no STARTTLS");
		buf_adds(&c->out,
		    "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
		c->state = PROCEED;
	} else if (strcmp(l->o.mechanism, "PLAIN") == 0)
		auth_plain(l, c);
	else
		auth_scram(l, c);
}

static void challenge(struct load *l, struct client *c)
{
	char *end = c->in.len ? memmem(c->in.data, c->in.len, "</challenge>",
	    12) : NULL;
	char *start = end ? memrchr(c->in.data, '>',
	    (size_t)(end - c->in.data)) : NULL;

	if (has(c, "<failure"))
		broken(c, "not let in");
	if (!start)
		return;
	respond(l, c, (struct span){start + 1, (size_t)(end - start - 1)});
	take(c, "</challenge>");
}

static void next_step(struct load *l, struct client *c)
{
	switch (c->state) {
	case UPGRADE:
		if (c->in.len && strncmp(c->in.data, "HTTP/1.1 101", 12) == 0 &&
		    take(c, "\r\n\r\n")) {
			c->web = true;
			c->framed = c->out.len;
			header(l, c);
			c->state = FEATURES;
		}
		break;
	case FEATURES:
	case REHEADER:
		features(l, c);
		break;
	case PROCEED:
		if (take(c, "<proceed") && take(c, ">")) {
			secure(l, c);
			header(l, c);
			c->state = FEATURES;
		}
		break;
	case CHALLENGE:
		challenge(l, c);
		break;
	case SUCCESS:
		if (has(c, "<failure"))
			broken(c, "not let in");
		if (take(c, "<success") && (take(c, "</success>") ||
		    take(c, "/>"))) {
			header(l, c);
			c->state = REHEADER;
		}
		break;
	case BIND:
		if (has(c, "type='error'") || has(c, "type=\"error\""))
			broken(c, "not bound");
		if (take(c, "</jid>") && take(c, "</iq>")) {
			c->state = BOUND;
			l->bound++;
			l->under_way--;
		}
		break;
	case BOUND:
		messages(l, c);
		break;
	default:
		break;
	}
}

static void connected(struct load *l, struct client *c)
{
	if (strcmp(l->o.tls, "direct") == 0)
		secure(l, c);
	if (l->o.websocket) {
		buf_addf(&c->out, "GET /xmpp-websocket HTTP/1.1\r\nHost: %s\r\n"
		    "Connection: Upgrade\r\nUpgrade: websocket\r\n"
		    "Sec-WebSocket-Version: 13\r\n"
		    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
		    "Sec-WebSocket-Protocol: xmpp\r\n\r\n", l->o.domain);
		c->state = UPGRADE;
	} else {
		header(l, c);
		c->state = FEATURES;
	}
	push(l, c);
}

static void dial(struct load *l, struct client *c)
{
	struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
	struct addrinfo *a = l->address;
	int one = 1;

	c->fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (c->fd < 0)
		diag_die_errno(1, "socket");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(c->fd, a->ai_addr, a->ai_addrlen) != 0 &&
	    errno != EINPROGRESS)
		broken(c, strerror(errno));
	c->writing = true;
	epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &e);
}

/* In a storm a server ends whom it cannot see to in time: who is not in yet
 * comes again, as people's clients do. */
static bool comes_again(struct load *l, struct client *c)
{
	if (!l->o.at_once || c->state >= BOUND)
		return false;
	SSL_free(c->ssl);
	close(c->fd);
	buf_release(&c->in);
	buf_release(&c->out);
	buf_release(&c->raw);
	*c = (struct client){.number = c->number};
	dial(l, c);
	return true;
}

/* False if there is nothing more for now. */
static bool pull(struct load *l, struct client *c)
{
	struct buf *to = c->web ? &c->raw : &c->in;
	char *room = buf_room(to, 16384);
	ssize_t n;

	if (c->ssl) {
		n = SSL_read(c->ssl, room, 16384);
		if (n <= 0) {
			int why = SSL_get_error(c->ssl, (int)n);

			if (why == SSL_ERROR_WANT_READ ||
			    why == SSL_ERROR_WANT_WRITE)
				return false;
			if (comes_again(l, c))
				return false;
			broken(c, "TLS ended");
		}
	} else {
		n = recv(c->fd, room, 16384, 0);
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n <= 0 && comes_again(l, c))
			return false;
		if (n <= 0)
			broken(c, "connection ended");
	}
	to->len += (size_t)n;
	if (c->web)
		unframe(c);
	return true;
}

static void handle(struct load *l, struct client *c)
{
	if (c->state == CONNECTING) {
		int error = 0;
		socklen_t n = sizeof(error);

		getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &n);
		if (error && comes_again(l, c))
			return;
		if (error)
			broken(c, strerror(error));
		connected(l, c);
		return;
	}
	while (pull(l, c)) {
		enum state before;

		do {
			before = c->state;
			next_step(l, c);
		} while (c->state != before);
	}
	if (c->state == CONNECTING)
		return;
	if (c->in.len == 0)
		buf_release(&c->in);
	push(l, c);
}

static void start(struct load *l, int number)
{
	struct client *c = &l->client[number];

	c->number = number;
	dial(l, c);
	l->started++;
	l->under_way++;
}

/* Wait for at most ns: a rate needs more than epoll's milliseconds. */
static void turn(struct load *l, int64_t ns)
{
	struct pollfd p = {.fd = l->epoll, .events = POLLIN};
	struct timespec ts = {ns / SECOND, ns % SECOND};
	struct epoll_event e[256];
	int n = ppoll(&p, 1, &ts, NULL);

	n = n > 0 ? epoll_wait(l->epoll, e, 256, 0) : 0;
	for (int i = 0; i < n; i++)
		handle(l, e[i].data.ptr);
}

static void log_in(struct load *l)
{
	int64_t deadline = now() + (int64_t)300 * SECOND;

	l->begin = now();
	while (l->bound < l->o.clients) {
		while (l->started < l->o.clients && (l->o.at_once || l->under_way < PACE))
			start(l, l->started);
		turn(l, SECOND);
		if (now() > deadline)
			diag_die(1, "%d of %d logged in", l->bound,
			    l->o.clients);
	}
	l->end = now();
}

static void befriend(struct load *l)
{
	int64_t deadline = now() + (int64_t)60 * SECOND;

	for (int i = 0; i < l->o.clients; i++) {
		struct client *c = &l->client[i];

		buf_addf(&c->out, "<presence/><presence to='%s%d@%s' "
		    "type='subscribe'/>", l->o.prefix, i ^ 1, l->o.domain);
		push(l, c);
	}
	while (l->met < l->o.clients) {
		turn(l, SECOND / 10);
		if (now() > deadline)
			diag_die(1, "%d of %d see their peer", l->met,
			    l->o.clients);
	}
}

/* When the next message is to be sent, at a rate. */
static int64_t due(const struct load *l)
{
	return l->begin + (int64_t)(l->sent * SECOND / (uint64_t)l->o.rate);
}

static volatile sig_atomic_t enough;

static void on_interrupt(int number)
{
	(void)number;
	enough = 1;
}

static void chat(struct load *l)
{
	int64_t stop, wait;

	l->begin = now();
	stop = l->begin + (int64_t)l->o.seconds * SECOND;
	l->chatting = true;
	for (int i = 0; i < l->o.clients && !l->o.rate;
	    i += l->o.one_way ? 2 : 1) {
		for (int w = 0; w < l->o.window; w++)
			message(l, &l->client[i], now());
	}
	while (now() < stop && !enough) {
		while (l->o.rate && due(l) <= now())
			message(l, &l->client[l->sent * 7919 %
			    (uint64_t)l->o.clients], due(l));
		wait = l->o.rate ? due(l) - now() : SECOND / 10;
		if (wait > 0)
			turn(l, wait);
	}
	l->chatting = false;
	l->end = now();
	/* What is under way is waited for; what never comes is lost. */
	while ((l->received + l->errors < l->sent ||
	    l->answered < l->asked) && now() < l->end +
	    (int64_t)l->o.wait * SECOND)
		turn(l, SECOND / 10);
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void report(struct load *l)
{
	int64_t *v = l->latency;
	size_t n = l->latencies;
	double span = (double)(l->last - l->begin) / SECOND;

	if (n)
		qsort(v, n, sizeof(*v), ascending);
	printf("clients=%d sent=%" PRIu64 " received=%" PRIu64 " lost=%" PRId64
	    " doubled=%" PRIu64 " overtaken=%" PRIu64 " errors=%" PRIu64
	    " asked=%" PRIu64 " answered=%" PRIu64
	    " rate=%.0f p50_ms=%.3f p99_ms=%.3f\n", l->bound, l->sent,
	    l->received, (int64_t)(l->sent - l->errors + l->doubled -
	    l->received), l->doubled, l->overtaken, l->errors,
	    l->asked, l->answered,
	    n ? (double)l->received / span : 0,
	    n ? (double)v[n / 2] / 1e6 : 0,
	    n ? (double)v[n - 1 - n / 100] / 1e6 : 0);
}

static void parse(struct options *o, int argc, const char **argv)
{
	struct poptOption table[] = {
	    {"host", 'h', POPT_ARG_STRING, &o->host, 0, "", ""},
	    {"port", 'p', POPT_ARG_STRING, &o->port, 0, "", ""},
	    {"domain", 'd', POPT_ARG_STRING, &o->domain, 0, "", ""},
	    {"password", 'w', POPT_ARG_STRING, &o->password, 0, "", ""},
	    {"prefix", 'u', POPT_ARG_STRING, &o->prefix, 0, "", ""},
	    {"tls", 't', POPT_ARG_STRING, &o->tls, 0, "", ""},
	    {"mechanism", 'm', POPT_ARG_STRING, &o->mechanism, 0, "", ""},
	    {"clients", 'c', POPT_ARG_INT, &o->clients, 0, "", ""},
	    {"window", 'W', POPT_ARG_INT, &o->window, 0, "", ""},
	    {"seconds", 's', POPT_ARG_INT, &o->seconds, 0, "", ""},
	    {"rate", 'r', POPT_ARG_INT, &o->rate, 0, "", ""},
	    {"size", 'b', POPT_ARG_INT, &o->size, 0, "", ""},
	    {"wait", 'e', POPT_ARG_INT, &o->wait, 0, "", ""},
	    {"ids", 'i', POPT_ARG_STRING, &o->ids, 0, "", ""},
	    {"one-way", '1', POPT_ARG_NONE, &o->one_way, 0, "", ""},
	    {"lively", 'l', POPT_ARG_INT, &o->lively, 0, "", ""},
	    {"at-once", 'a', POPT_ARG_NONE, &o->at_once, 0, "", ""},
	    {"websocket", 'x', POPT_ARG_NONE, &o->websocket, 0, "", ""},
	    POPT_AUTOHELP POPT_TABLEEND};
	poptContext ctx = poptGetContext(NULL, argc, argv, table, 0);
	const char *verb;
	int rc = poptGetNextOpt(ctx);

	verb = poptGetArg(ctx);
	if (rc != -1 || !verb || (strcmp(verb, "chat") && strcmp(verb, "idle"))
	    || !o->port || o->clients < 2 || o->clients % 2 || o->lively < 0)
		diag_die(64, "load chat|idle --port P --clients 2N ...");
	o->idle = strcmp(verb, "idle") == 0;
	poptFreeContext(ctx);
}

int main(int argc, char **argv)
{
	struct load l = {.o = {.host = "127.0.0.1", .domain = "localhost",
	    .password = "pw", .prefix = "user", .tls = "none",
	    .mechanism = "SCRAM-SHA-1", .clients = 100, .window = 4,
	    .seconds = 10, .size = 256, .wait = 15}};
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct rlimit files = {65536, 65536};

	diag_init("load");
	parse(&l.o, argc, (const char **)argv);
	setrlimit(RLIMIT_NOFILE, &files);
	if (getaddrinfo(l.o.host, l.o.port, &hints, &l.address) != 0)
		diag_die(1, "no such host '%s'", l.o.host);
	l.tls = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_mode(l.tls, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	l.client = mem_zalloc((size_t)l.o.clients * sizeof(*l.client));
	l.epoll = epoll_create1(0);
	log_in(&l);
	if (l.o.idle) {
		struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
		char c;

		double span = (double)(l.end - l.begin) / SECOND;

		printf("clients=%d seconds=%.3f logins=%.0f\n", l.bound, span,
		    l.bound / span);
		fflush(stdout);
		while (poll(&in, 1, 0) == 0 || read(STDIN_FILENO, &c, 1) > 0)
			turn(&l, 200);
		return 0;
	}
	if (l.o.ids && !(l.ids = fopen(l.o.ids, "w")))
		diag_die_errno(1, "cannot write '%s'", l.o.ids);
	signal(SIGINT, on_interrupt);
	printf("clients=%d\n", l.bound);
	fflush(stdout);
	if (l.o.lively)
		befriend(&l);
	chat(&l);
	report(&l);
	if (l.ids && fclose(l.ids) != 0)
		diag_die_errno(1, "cannot write '%s'", l.o.ids);
	return 0;
}
