/* SPDX-License-Identifier: ISC */
/* What a command is told about its connection, in the environment, as UNIX
 * Client-Server Program Interface (cr.yp.to/proto/ucspi.txt) programs do. */
#ifndef IO_UCSPI_H
#define IO_UCSPI_H

#include "io/tls.h"

/* Return an environment made of a parent's without whatever was there about
 * connections and passed sockets, and of what is true of the socket and its
 * TLS (NULL: plain). The caller frees it with ucspi_free. */
char **ucspi_environment(char *const *parent, int fd, const struct tls *);
void ucspi_free(char **);

#endif
