/* SPDX-License-Identifier: ISC */
/* Addresses as users write them, and the sockets that they stand for:
 *   unix:PATH   tcp:HOST:PORT   tls:HOST:PORT   fd:[NAME]   tls-fd:[NAME]
 * and, where one listens for WebSockets, too, with a path of a URL or without:
 *   ws:HOST:PORT/PATH   wss:HOST:PORT/PATH   ws-fd:[NAME]/PATH   wss-fd:...
 * An IPv6 address stands in brackets. To listen, HOST may be empty or `*` (any
 * address) and PORT 0 (the kernel chooses). fd: stands for listening sockets
 * that were passed on by sd_listen_fds(3)'s protocol: all, or those of a NAME.
 */
#ifndef IO_ADDRESS_H
#define IO_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "io/endpoint.h"

enum address_kind { ADDRESS_UNIX, ADDRESS_TCP, ADDRESS_FD };

enum { ADDRESS_SOCKETS_MAX = 16 };

/* A zeroed struct is empty, fit for address_release only. */
struct address {
	char *text;		/* as it was given */
	enum address_kind kind;
	bool tls;		/* tls: or tls-fd:, wss: or wss-fd: */
	bool web;		/* ws: or wss:, or those for passed sockets */
	char *web_path;		/* of that: from its '/' on; NULL: none */
	char *host;		/* NULL: any; without brackets */
	char *port;
	char *path;		/* unix:, or the NAME of fd: ("" for all) */
	struct endpoint *ends;	/* what host and port resolve to */
	size_t count;
};

/* Take an address apart. False, with the reason (a constant) in *why, if it is
 * none; nothing is to be released then. Nothing is looked up. */
bool address_parse(struct address *, const char *text, const char **why);
/* The same, but WebSockets may be listened for. */
bool address_parse_listener(struct address *, const char *text,
    const char **why);
void address_release(struct address *);

/* How it begins if it is no fd: one: "tcp:", "wss:", ... */
const char *address_scheme(const struct address *);

/* Look the host up, which may take its time unless it is numeric, and replace
 * what an earlier call found. False with the reason, the earlier result kept.
 */
bool address_resolve(struct address *, const char **why);

/* Start to connect to the nth of a.count endpoints (unix: has one, and needs
 * no address_resolve). Returns a non-blocking, close-on-exec socket, TCP as
 * by address_keep, which becomes writable when that is decided (ask
 * address_connected); or -1 with errno. */
int address_connect(const struct address *, size_t nth);

/* How the connecting ended: 0, or an errno value. */
int address_connected(int fd);

struct listening {
	int fds[ADDRESS_SOCKETS_MAX];
	size_t count;
};

/* Listen: one socket for unix:, one for each of IPv4 and IPv6 that the host
 * resolves to (IPv6 ones take no IPv4). Non-blocking, close-on-exec. With port
 * 0 all get the same port. A unix socket that nobody listens on any more is
 * replaced, anything else at its path is not; mode 0660 from the start on.
 * False with the reason in *why and nothing left open. Not for fd:. */
bool address_listen(struct address *, struct listening *, const char **why);

/* Take over the sockets of an fd: address; pid, fds and names are the values
 * of LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES, NULL if not set (the caller
 * unsets them afterwards, so that no child takes them for its own). False with
 * the reason if there are none. */
bool address_adopt(const struct address *, const char *pid, const char *fds,
    const char *names, struct listening *, const char **why);

/* Close them, and remove the path of a unix: address that address_listen made.
 */
void address_unlisten(const struct address *, struct listening *);

/* Have a TCP socket send at once, and end when its peer was not heard of for
 * 200 seconds: else an idle one would not learn that its machine is gone. */
void address_keep(int fd);

/* accept4(2) with non-blocking and close-on-exec, TCP as by address_keep; -1
 * with errno, EAGAIN when nobody waits (connections that went away again are
 * passed over). *peer may be NULL. */
int address_accept(int fd, struct endpoint *peer);

#endif
