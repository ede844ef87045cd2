/* SPDX-License-Identifier: ISC */
/* Addresses, their sockets, and the networks that peers come from. */
#include "io/address.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

static void takes(const char *text, enum address_kind kind, bool tls,
    const char *host, const char *port, const char *path)
{
	struct address a;
	const char *why = NULL;

	if (!OK(address_parse(&a, text, &why), text))
		return;
	OK(a.kind == kind && a.tls == tls, "its kind");
	SAME(a.text, text, "its text");
	SAME(a.host, host, "its host");
	SAME(a.port, port, "its port");
	SAME(a.path, path, "its path");
	address_release(&a);
}

static void refuses(const char *text)
{
	struct address a;
	const char *why = NULL;

	OK(!address_parse(&a, text, &why) && why, text);
}

static void listens(const char *text, bool tls, const char *port,
    const char *path, const char *web_path)
{
	struct address a;
	const char *why = NULL;

	refuses(text);
	if (!OK(address_parse_listener(&a, text, &why), text))
		return;
	OK(a.web && a.tls == tls, "a WebSocket's");
	SAME(a.port, port, "its port");
	SAME(a.path, path, "its name");
	SAME(a.web_path, web_path, "its path");
	address_release(&a);
}

static void websockets(void)
{
	struct address a;
	const char *why;

	listens("ws:*:80", false, "80", NULL, NULL);
	listens("wss:[::1]:443/a/b", true, "443", NULL, "/a/b");
	listens("ws-fd:x/chat", false, NULL, "x", "/chat");
	listens("wss-fd:", true, NULL, "", NULL);
	OK(!address_parse_listener(&a, "ws:host/chat", &why), "no port");
	OK(address_parse_listener(&a, "tcp:*:1", &why) && !a.web, "TCP");
	address_release(&a);
}

static void parsing(void)
{
	char path[160] = "unix:";

	takes("unix:/run/x y", ADDRESS_UNIX, false, NULL, NULL, "/run/x y");
	takes("unix:x", ADDRESS_UNIX, false, NULL, NULL, "x");
	takes("tcp:example.org:5222", ADDRESS_TCP, false, "example.org",
	    "5222", NULL);
	takes("tls:[2001:db8::1]:5223", ADDRESS_TCP, true, "2001:db8::1",
	    "5223", NULL);
	takes("tcp:[fe80::1%eth0]:1", ADDRESS_TCP, false, "fe80::1%eth0", "1",
	    NULL);
	takes("tcp::0", ADDRESS_TCP, false, NULL, "0", NULL);
	takes("tls:*:65535", ADDRESS_TCP, true, NULL, "65535", NULL);
	takes("tcp:localhost:xmpp-client", ADDRESS_TCP, false, "localhost",
	    "xmpp-client", NULL);
	takes("fd:", ADDRESS_FD, false, NULL, NULL, "");
	takes("tls-fd:c2s", ADDRESS_FD, true, NULL, NULL, "c2s");

	refuses("");
	refuses("unix:");
	refuses("5222");
	refuses("TCP:localhost:1");
	refuses("http://localhost/");
	refuses("tcp:localhost");
	refuses("tcp:");
	refuses("tcp::");
	refuses("tcp:localhost:65536");
	refuses("tcp:localhost:99999999999999999999");
	refuses("tcp:localhost:-1");
	refuses("tcp:localhost:5222 ");
	refuses("tcp:local host:5222");
	refuses("tcp:::1:5222");
	refuses("tcp:[]:5222");
	refuses("tcp:[::1:5222");
	refuses("tcp:::1]:5222");
	refuses("tcp:[::1]");
	refuses("tcp:[a b]:1");
	refuses("tcp:*x:1");
	refuses("tcp:a\tb:1");
	refuses("fd:a:b");
	refuses("fd:a b");
	memset(path + 5, 'p', 107);
	takes(path, ADDRESS_UNIX, false, NULL, NULL, path + 5);
	memset(path + 5, 'p', 108);
	refuses(path);
}

static void networks(void)
{
	static const struct {
		const char *net, *ip;
		bool holds;
	} cases[] = {
	    {"192.0.2.0/24", "192.0.2.255", true},
	    {"192.0.2.0/24", "192.0.3.0", false},
	    {"192.0.2.128/25", "192.0.2.127", false},
	    {"192.0.2.128/25", "192.0.2.129", true},
	    {"192.0.2.7", "192.0.2.7", true},
	    {"192.0.2.7", "192.0.2.6", false},
	    {"0.0.0.0/0", "255.255.255.255", true},
	    {"0.0.0.0/0", "::1", false},
	    {"2001:db8::/33", "2001:db8:7fff::1", true},
	    {"2001:db8::/33", "2001:db8:8000::1", false},
	    {"::/0", "2001:db8::1", true},
	    {"127.0.0.0/8", "::ffff:127.0.0.1", true},
	};
	static const char *const bad[] = {"", "/", "1.2.3", "1.2.3.4/33",
	    "1.2.3.4/", "1.2.3.4/-1", "1.2.3.4/1x", "::1/129", "::1/1000",
	    "1.2.3.4/ 8", "localhost", "unix:", "::ffff:1.2.3.4/100"};
	struct network net;
	struct endpoint e, none = {.len = 0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool parsed = network_parse(&net, cases[i].net) &&
		    endpoint_from_ip(&e, cases[i].ip, 1);

		OK(parsed && network_holds(&net, &e) == cases[i].holds,
		    cases[i].net);
	}
	OK(!network_holds(&net, &none), "nothing holds the unknown");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		OK(!network_parse(&net, bad[i]), bad[i]);
	memset(&net, 0, sizeof(net));
	OK(!network_holds(&net, &e), "an empty network holds nobody");
}

static void texts(void)
{
	char text[ENDPOINT_TEXT], ip[ENDPOINT_IP];
	struct endpoint e, other;

	endpoint_from_ip(&e, "::ffff:192.0.2.1", 5222);
	endpoint_text(&e, text);
	SAME(text, "192.0.2.1:5222", "a mapped address is IPv4");
	endpoint_from_ip(&other, "192.0.2.1", 1);
	OK(endpoint_same_host(&e, &other), "and the same host as IPv4");
	endpoint_from_ip(&e, "2001:db8::1", 1);
	endpoint_text(&e, text);
	SAME(text, "[2001:db8::1]:1", "IPv6 has brackets");
	endpoint_ip(&e, ip);
	SAME(ip, "2001:db8::1", "alone it has none");
	OK(!endpoint_same_host(&e, &other), "hosts differ");
	OK(!endpoint_from_ip(&e, "1.2.3.4.5", 1), "no address");
	endpoint_text(&e, text);
	SAME(text, "unknown", "is unknown");
	e = endpoint_of_peer(-1);
	OK(endpoint_family(&e) == AF_UNSPEC, "no socket has no peer");
}

static void unix_sockets(void)
{
	struct address a;
	struct listening l, again;
	const char *why = NULL;
	struct stat st;
	int fd;

	address_parse(&a, "unix:address-test.sock", &why);
	unlink(a.path);
	OK(address_listen(&a, &l, &why) && l.count == 1, "listen");
	OK(stat(a.path, &st) == 0 && (st.st_mode & 07777) == 0660,
	    "owner and group may connect, others not");
	OK(!address_listen(&a, &again, &why) && again.count == 0,
	    "a socket in use is not replaced");
	SAME(why, "another process listens there", "and it says why");
	close(l.fds[0]);
	OK(address_listen(&a, &l, &why), "a stale one is");
	fd = address_connect(&a, 0);
	OK(fd >= 0 && address_connected(fd) == 0, "one connects");
	close(fd);
	address_unlisten(&a, &l);
	OK(stat(a.path, &st) < 0, "its path goes with it");
	fd = open(a.path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	OK(!address_listen(&a, &l, &why), "a file is not replaced");
	address_unlisten(&a, &l);
	OK(stat(a.path, &st) == 0, "nor removed");
	unlink(a.path);
	fd = address_connect(&a, 0);
	OK(fd < 0 && errno == ENOENT, "nobody is there");
	address_release(&a);
}

static bool kept(int fd)
{
	int on = 0;
	socklen_t len = sizeof(on);

	return getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &len) == 0 && on;
}

static void ports(void)
{
	struct address a;
	struct listening l;
	struct endpoint e, first, peer;
	const char *why = NULL;
	struct pollfd p = {.events = POLLIN};
	int fd;

	address_parse(&a, "tcp:*:0", &why);
	OK(address_listen(&a, &l, &why) && l.count >= 1, "any address");
	first = endpoint_of_socket(l.fds[0]);
	OK(endpoint_port(&first) > 0, "the kernel chose a port");
	for (size_t i = 1; i < l.count; i++) {
		e = endpoint_of_socket(l.fds[i]);
		OK(endpoint_port(&e) == endpoint_port(&first) &&
		    endpoint_family(&e) != endpoint_family(&first),
		    "and the same for the other family");
	}
	OK(address_accept(l.fds[0], &peer) < 0 && errno == EAGAIN,
	    "nobody waits");
	for (size_t i = 0; i < a.count; i++) {
		a.ends[i] = endpoint_of_socket(l.fds[i]);
		fd = address_connect(&a, i);
		p.fd = l.fds[i];
		OK(fd >= 0 && poll(&p, 1, 5000) == 1, "one connects");
		p.fd = address_accept(l.fds[i], &peer);
		e = endpoint_of_socket(fd);
		OK(p.fd >= 0 && endpoint_same_host(&peer, &e) &&
		    endpoint_port(&peer) == endpoint_port(&e),
		    "and is who it is");
		OK(kept(fd) && kept(p.fd), "both look for each other");
		close(p.fd);
		close(fd);
	}
	address_unlisten(&a, &l);
	OK(address_connect(&a, 99) < 0, "there is no hundredth endpoint");
	address_release(&a);
	address_parse(&a, "tcp:no-such-host.invalid:1", &why);
	OK(!address_resolve(&a, &why) && why, "a host that is none");
	address_release(&a);
}

static void passed(void)
{
	struct address a;
	struct listening l;
	const char *why = NULL;
	char pid[24];

	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	address_parse(&a, "fd:", &why);
	OK(!address_adopt(&a, NULL, "1", NULL, &l, &why), "no LISTEN_PID");
	OK(!address_adopt(&a, pid, NULL, NULL, &l, &why), "no LISTEN_FDS");
	OK(!address_adopt(&a, "1", "1", NULL, &l, &why), "another's");
	OK(!address_adopt(&a, pid, "0", NULL, &l, &why), "none");
	OK(!address_adopt(&a, pid, "-3", NULL, &l, &why), "less than none");
	OK(!address_adopt(&a, pid, "4000000000", NULL, &l, &why) &&
	    l.count == 0, "no sockets there");
	OK(!address_listen(&a, &l, &why), "fd: cannot be made");
	OK(!address_resolve(&a, &why), "nor looked up");
	address_release(&a);
}

int main(void)
{
	parsing();
	websockets();
	networks();
	texts();
	unix_sockets();
	ports();
	passed();
	return tap_done();
}
