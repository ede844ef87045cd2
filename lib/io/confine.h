/* SPDX-License-Identifier: ISC */
/* Giving up for good what a process does not need, of this kernel's means
 * (seccomp(2), landlock(7)); its children give it up as well. */
#ifndef IO_CONFINE_H
#define IO_CONFINE_H

#include <stdbool.h>

/* No new sockets of any kind. False with errno, ENOSYS if the kernel or this
 * program for its processor does not know how. */
bool confine_network(void);

/* No files but those that are in a list, up to a NULL, or below the folders in
 * it, to be read (what is not there is left out), and those below one folder,
 * to be read, made, renamed and removed; what is open stays so. False with
 * errno as above. */
bool confine_files(const char *const *readable, const char *writable);

#endif
