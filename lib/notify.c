/* SPDX-License-Identifier: ISC */
/* sd_notify(3)'s protocol. */
#include "notify.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
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

bool notify_send(const char *path, const char *message)
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
		n = sendto(fd, message, strlen(message), MSG_NOSIGNAL,
		    (struct sockaddr *)&a, len);
	} while (n < 0 && errno == EINTR);
	saved = errno;
	close(fd);
	errno = saved;
	return n >= 0;
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

bool notify_take(int fd, const char *line)
{
	char message[NOTIFY_MAX + 1];
	ssize_t n = recv(fd, message, NOTIFY_MAX, MSG_DONTWAIT);
	size_t len = strlen(line);

	if (n <= 0)
		return false;
	message[n] = '\0';
	for (char *l = message; *l; l += strcspn(l, "\n")) {
		l += *l == '\n';
		if (strcspn(l, "\n") == len && memcmp(l, line, len) == 0)
			return true;
	}
	return false;
}
