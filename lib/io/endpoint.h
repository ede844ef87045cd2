/* SPDX-License-Identifier: ISC */
/* One end of a connection: a socket address as text, its owner, its network. */
#ifndef IO_ENDPOINT_H
#define IO_ENDPOINT_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

enum {
	ENDPOINT_IP = 64,	/* bytes of an IP address as text, with NUL */
	ENDPOINT_TEXT = 128,	/* and of any endpoint */
};

/* A zeroed struct (len 0) is an unknown one. An IPv4 address that was mapped
 * into IPv6 is kept as IPv4. */
struct endpoint {
	struct sockaddr_storage addr;
	socklen_t len;
};

/* The other and the own end of a connected socket; unknown ones on error. */
struct endpoint endpoint_of_peer(int fd);
struct endpoint endpoint_of_socket(int fd);

/* From what accept(2) or getaddrinfo(3) gave; an unknown one if len is 0 or
 * too much. */
struct endpoint endpoint_from(const struct sockaddr *, socklen_t len);

/* From a numeric address, IPv4 or IPv6. False, and unknown, if it is none. */
bool endpoint_from_ip(struct endpoint *, const char *ip, unsigned port);

int endpoint_family(const struct endpoint *); /* AF_UNSPEC: unknown */
unsigned endpoint_port(const struct endpoint *); /* 0: has none */

/* The IP address alone, with a scope where it has one; "" if it has none. */
void endpoint_ip(const struct endpoint *, char out[ENDPOINT_IP]);

/* Likewise, but of IPv6 the network of 64 bits that one host may have all of,
 * "2001:db8:0:1::/64". */
void endpoint_network(const struct endpoint *, char out[ENDPOINT_IP]);

/* "192.0.2.1:5222", "[2001:db8::1]:5222", "unix:/run/x", "unix", "unknown". */
void endpoint_text(const struct endpoint *, char out[ENDPOINT_TEXT]);

/* Same host: IP addresses without their ports; any two unix ends. */
bool endpoint_same_host(const struct endpoint *, const struct endpoint *);

/* The same, but of IPv6 in the same network of 64 bits. */
bool endpoint_same_network(const struct endpoint *, const struct endpoint *);

/* Who is at the other end of a unix socket; false if that cannot be told. */
struct endpoint_user {
	pid_t pid;
	uid_t uid;
	gid_t gid;
};
bool endpoint_user(int fd, struct endpoint_user *);

/* A set of IP addresses: "192.0.2.0/24", "2001:db8::/32", or one address;
 * "unix" is the set of all unix ends. */
struct network {
	struct endpoint base;
	unsigned bits;
};
bool network_parse(struct network *, const char *text);
bool network_holds(const struct network *, const struct endpoint *);

#endif
