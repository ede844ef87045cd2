/* SPDX-License-Identifier: ISC */
/* sd_notify(3)'s protocol. */
#include "io/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* The address of a path, or with '@' in front of an abstract name. 0 if it is
 * neither, or too long. */
static socklen_t address_of(struct sockaddr_un *a, const char *path)
{
	size_t n = strlen(path);

	*a = (struct sockaddr_un){.sun_family = AF_UNIX};
	if ((*path != '/' && *path != '@') || n < 2 ||
	    n >= sizeof(a->sun_path)) {
		errno = ENAMETOOLONG;
		return 0;
	}
	memcpy(a->sun_path, path, n);
	if (*path == '@')
		a->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
}

static bool send_to(const char *path, const char *message, int flags)
{
	struct sockaddr_un a;
	socklen_t len;
	ssize_t n = -1;
	int fd, saved;

	if (!path)
		return true;
	len = address_of(&a, path);
	fd = len ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
	if (fd < 0)
		return false;
	do {
		n = sendto(fd, message, strlen(message), MSG_NOSIGNAL | flags,
		    (struct sockaddr *)&a, len);
	} while (n < 0 && errno == EINTR);
	saved = errno;
	close(fd);
	errno = saved;
	return n >= 0;
}

bool notify_send(const char *path, const char *message)
{
	return send_to(path, message, 0);
}

bool notify_hint(const char *path, const char *message)
{
	return send_to(path, message, MSG_DONTWAIT);
}

void notify_ready(void)
{
	notify_send(getenv("NOTIFY_SOCKET"), "READY=1");
}

void notify_stopping(void)
{
	notify_send(getenv("NOTIFY_SOCKET"), "STOPPING=1");
}

void notify_pipeline(const char *word)
{
	char message[NOTIFY_MAX];

	snprintf(message, sizeof(message), NOTIFY_PIPELINE "=%s", word);
	notify_hint(getenv("NOTIFY_SOCKET"), message);
}

int notify_listen(const char *path)
{
	struct sockaddr_un a;
	socklen_t len = address_of(&a, path);
	int fd, saved;

	fd = len ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)
		 : -1;
	if (fd < 0)
		return -1;
	unlink(path);
	/* The mode before anyone can know the path. */
	if (fchmod(fd, 0600) == 0 &&
	    bind(fd, (struct sockaddr *)&a, len) == 0 &&
	    chmod(path, 0600) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

bool notify_take(int fd, char message[NOTIFY_MAX + 1])
{
	ssize_t n = recv(fd, message, NOTIFY_MAX, MSG_DONTWAIT);

	message[n > 0 ? n : 0] = '\0';
	return n > 0;
}

struct span notify_value(const char *message, const char *key)
{
	size_t len = strlen(key);

	for (const char *l = message; *l; l += *l == '\n') {
		size_t n = strcspn(l, "\n");

		if (n > len && l[len] == '=' && memcmp(l, key, len) == 0)
			return (struct span){l + len + 1, n - len - 1};
		l += n;
	}
	return (struct span){NULL, 0};
}
