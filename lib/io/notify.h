/* SPDX-License-Identifier: ISC */
/* sd_notify(3)'s protocol, both sides: telling a supervisor, and being told.
 */
#ifndef IO_NOTIFY_H
#define IO_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

/* A key of our own, with which cup-intercept tells cup-node of its pipeline:
 * that it is down, starting, up, or, once a record came back, working. */
#define NOTIFY_PIPELINE "X_CUP_PIPELINE"

enum { NOTIFY_MAX = 4096 }; /* bytes of a message */

/* Send a message, lines of KEY=VALUE, to a socket as NOTIFY_SOCKET names it;
 * NULL: do nothing. False with errno. */
bool notify_send(const char *socket, const char *message);
/* The same, but never wait for who is told: then it is not. */
bool notify_hint(const char *socket, const char *message);

/* Tell whom NOTIFY_SOCKET names, if anybody, as sd_notify(3) does: that this
 * process serves, that it ends, how its pipeline is. */
void notify_ready(void);
void notify_stopping(void);
void notify_pipeline(const char *word);

/* Make the socket that others send to. -1 with errno. */
int notify_listen(const char *path);

/* Take one message from it, as a string. False if there is none. */
bool notify_take(int fd, char message[NOTIFY_MAX + 1]);

/* The value of a key in its lines KEY=VALUE; .p NULL: it is not there. */
struct span notify_value(const char *message, const char *key);

#endif
