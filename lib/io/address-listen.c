/* SPDX-License-Identifier: ISC */
/* Listening on addresses. */
#define _GNU_SOURCE /* accept4 */
#include "io/address.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"

enum {
	SOCKET_MODE = 0660,
	PORT_TRIES = 32,	/* for one port free with IPv4 and IPv6 */
	FIRST_PASSED = 3,	/* sd_listen_fds(3) */
	LOCK_TRIES = 100,	/* of 10 ms */
};

static void close_all(struct listening *l)
{
	for (size_t i = 0; i < l->count; i++)
		close(l->fds[i]);
	l->count = 0;
}

/* Returns a listening socket, or -1 with errno. */
static int open_ip(struct endpoint *e)
{
	int fd = socket(endpoint_family(e),
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1, error;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (endpoint_family(e) == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&e->addr, e->len) < 0 ||
	    listen(fd, SOMAXCONN) < 0) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

static void set_port(struct endpoint *e, unsigned port)
{
	if (endpoint_family(e) == AF_INET)
		((struct sockaddr_in *)&e->addr)->sin_port =
		    htons((uint16_t)port);
	else
		((struct sockaddr_in6 *)&e->addr)->sin6_port =
		    htons((uint16_t)port);
}

/* One try with what the host resolved to. False with errno. A family that
 * this machine does not have is no error if another one works. */
static bool listen_ip(struct address *a, struct listening *l)
{
	unsigned port = 0;
	int error = EADDRNOTAVAIL;

	for (size_t i = 0; i < a->count && l->count < ADDRESS_SOCKETS_MAX;
	     i++) {
		struct endpoint e = a->ends[i], own;
		int fd;

		if (endpoint_port(&e) == 0)
			set_port(&e, port);
		fd = open_ip(&e);
		if (fd < 0) {
			error = errno;
			if (error == EAFNOSUPPORT || error == EADDRNOTAVAIL)
				continue;
			close_all(l);
			errno = error;
			return false;
		}
		l->fds[l->count++] = fd;
		own = endpoint_of_socket(fd);
		port = endpoint_port(&own);
	}
	errno = error;
	return l->count > 0;
}

static bool listen_tcp(struct address *a, struct listening *l,
    const char **why)
{
	bool chosen = strcmp(a->port, "0") == 0;

	if (!address_resolve(a, why))
		return false;
	for (int i = 0; i < (chosen ? PORT_TRIES : 1); i++) {
		if (listen_ip(a, l))
			return true;
		if (errno != EADDRINUSE)
			break;
	}
	*why = strerror(errno);
	return false;
}

/* Hold off others who would replace a socket in the same directory, for a
 * second at most. Returns the lock, or -1 with errno. */
static int lock_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash
	    ? mem_dup(path, slash > path ? (size_t)(slash - path) : 1)
	    : mem_strdup(".");
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	free(dir);
	for (int i = 0; fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0; i++) {
		if (errno != EWOULDBLOCK || i == LOCK_TRIES) {
			close(fd);
			errno = EBUSY;
			return -1;
		}
		poll(NULL, 0, 10);
	}
	return fd;
}

/* Remove a socket that nobody listens on. False with the reason if there is
 * something else at the path. */
static bool clear_path(const struct sockaddr_un *un, const char **why)
{
	struct stat st;
	int fd, rc, error;

	if (lstat(un->sun_path, &st) < 0) {
		*why = strerror(errno);
		return errno == ENOENT;
	}
	if (!S_ISSOCK(st.st_mode)) {
		*why = "there is something else at that path";
		return false;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		*why = strerror(errno);
		return false;
	}
	rc = connect(fd, (const struct sockaddr *)un, sizeof(*un));
	error = errno;
	close(fd);
	if (rc == 0 || error != ECONNREFUSED) {
		*why = "another process listens there";
		return false;
	}
	if (unlink(un->sun_path) == 0)
		return true;
	*why = strerror(errno);
	return false;
}

static bool bind_unix(int fd, const struct sockaddr_un *un, const char **why)
{
	mode_t mask;
	int rc;

	if (!clear_path(un, why))
		return false;
	mask = umask(0777 & ~SOCKET_MODE);
	rc = bind(fd, (const struct sockaddr *)un, sizeof(*un));
	umask(mask);
	/* Whoever sees it before this is told that nobody listens, hence the
	 * lock. */
	if (rc == 0 && listen(fd, SOMAXCONN) == 0)
		return true;
	*why = strerror(errno);
	return false;
}

static bool listen_unix(const struct address *a, struct listening *l,
    const char **why)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int lock = lock_directory(a->path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	bool done = false;

	memcpy(un.sun_path, a->path, strlen(a->path) + 1);
	if (lock < 0 || fd < 0)
		*why = strerror(errno);
	else
		done = bind_unix(fd, &un, why);
	if (done)
		l->fds[l->count++] = fd;
	else if (fd >= 0)
		close(fd);
	if (lock >= 0)
		close(lock);
	return done;
}

bool address_listen(struct address *a, struct listening *l, const char **why)
{
	l->count = 0;
	switch (a->kind) {
	case ADDRESS_UNIX:
		return listen_unix(a, l, why);
	case ADDRESS_TCP:
		return listen_tcp(a, l, why);
	default:
		*why = "is not for listening anew";
		return false;
	}
}

void address_unlisten(const struct address *a, struct listening *l)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	const char *why;
	int lock;

	close_all(l);
	if (a->kind != ADDRESS_UNIX)
		return;
	lock = lock_directory(a->path);
	if (lock < 0)
		return;
	memcpy(un.sun_path, a->path, strlen(a->path) + 1);
	clear_path(&un, &why);
	close(lock);
}

static bool listens(int fd)
{
	int type = 0, on = 0;
	socklen_t len = sizeof(int);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	    type == SOCK_STREAM &&
	    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) == 0 && on;
}

/* Whether the nth of the names, with colons between, is name; all are if name
 * is empty. */
static bool nth_is(const char *names, size_t nth, const char *name)
{
	size_t len;

	if (!*name)
		return true;
	for (; names && nth; nth--) {
		names = strchr(names, ':');
		names = names ? names + 1 : NULL;
	}
	if (!names)
		return false;
	len = strcspn(names, ":");
	return len == strlen(name) && strncmp(names, name, len) == 0;
}

bool address_adopt(const struct address *a, const char *pid, const char *fds,
    const char *names, struct listening *l, const char **why)
{
	unsigned long count = fds ? strtoul(fds, NULL, 10) : 0;

	l->count = 0;
	*why = "no listening socket was passed";
	if (!pid || strtol(pid, NULL, 10) != (long)getpid())
		return false;
	for (size_t i = 0; i < count && i < 1024; i++) {
		int fd = FIRST_PASSED + (int)i;

		if (!nth_is(names, i, a->path))
			continue;
		if (!listens(fd)) {
			*why = "what was passed is no listening stream socket";
			l->count = 0;
			return false;
		}
		if (l->count == ADDRESS_SOCKETS_MAX) {
			*why = "too many sockets were passed";
			l->count = 0;
			return false;
		}
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
		l->fds[l->count++] = fd;
	}
	return l->count > 0;
}

/* What accept(2) says of a connection that is gone again. */
static bool gone(int error)
{
	switch (error) {
	case EINTR: case ECONNABORTED: case EPROTO: case ENETDOWN:
	case ENOPROTOOPT: case EHOSTDOWN: case ENONET: case EHOSTUNREACH:
	case ENETUNREACH: case ETIMEDOUT: case ECONNRESET:
		return true;
	default:
		return false;
	}
}

int address_accept(int fd, struct endpoint *peer)
{
	struct sockaddr_storage addr;
	socklen_t len;
	int s;

	do {
		len = sizeof(addr);
		s = accept4(fd, (struct sockaddr *)&addr, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
	} while (s < 0 && gone(errno));
	if (s < 0)
		return -1;
	if (peer)
		*peer = endpoint_from((struct sockaddr *)&addr, len);
	if (addr.ss_family != AF_UNIX)
		address_keep(s);
	return s;
}
