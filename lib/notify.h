/* SPDX-License-Identifier: ISC */
/* sd_notify(3)'s protocol, both sides: telling a supervisor, and being told.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdbool.h>
#include <stddef.h>

enum { NOTIFY_MAX = 4096 }; /* bytes of a message */

/* Send a message, lines of KEY=VALUE, to a socket as NOTIFY_SOCKET names it;
 * NULL: do nothing. False with errno. */
bool notify_send(const char *socket, const char *message);

/* Make the socket that others send to. -1 with errno. */
int notify_listen(const char *path);

/* Take one message from it and say whether it has that line. False also if
 * there is none. */
bool notify_take(int fd, const char *line);

#endif
