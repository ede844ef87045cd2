/* SPDX-License-Identifier: ISC */
/* Where notes are taken in; used by notes*.c alone. */
#ifndef JOURNAL_NOTES_INTERNAL_H
#define JOURNAL_NOTES_INTERNAL_H

#include <sys/un.h>

#define NOTES_SOCKET "writer"

/* The socket of the journal that is open as dir: by that, as a path may be
 * longer than an address has room for. */
void notes_address(struct sockaddr_un *, int dir);

#endif
