/* SPDX-License-Identifier: ISC */
/* What the process of a connection has found out of its peer, said to the one
 * that keeps account of all. */
#ifndef INTRODUCTION_H
#define INTRODUCTION_H

#include <stdbool.h>
#include <sys/types.h>

#include "guests.h"
#include "tls.h"

struct introduction {
	pid_t pid;
	char name[GUEST_NAME]; /* the certificate's subject; "": none */
};

/* Say who is at the other end of the session, as this process. */
bool introduction_write(int pipe, const struct tls *);

/* The next one; false if there is none. */
bool introduction_read(int pipe, struct introduction *);

#endif
