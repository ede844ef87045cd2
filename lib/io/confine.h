/* SPDX-License-Identifier: ISC */
/* Giving up for good what a process does not need, of this kernel's means
 * (seccomp(2), landlock(7)); its children give it up as well. */
#ifndef IO_CONFINE_H
#define IO_CONFINE_H

#include <stdbool.h>

/* No new sockets of any kind. False with errno, ENOSYS if the kernel or this
 * program for its processor does not know how. */
bool confine_network(void);

/* No files but those below one folder, to be read, and below another one, to
 * be read, made, renamed and removed; what is open stays so. False with errno
 * as above. */
bool confine_files(const char *readable, const char *writable);

#endif
