/* SPDX-License-Identifier: ISC */
/* Whether nobody else has a hand in a file: who runs this process, and root,
 * are trusted. */
#ifndef BASE_TRUSTED_H
#define BASE_TRUSTED_H

#include <stdbool.h>
#include <sys/stat.h>

/* NULL, or in a few words, a constant, why a file (or directory) of that state
 * is not to be used: it belongs to another user, or its group or others can
 * write to it; of a secret, if they have any access. What is neither a regular
 * file nor a directory is as it is. */
const char *trusted_state(const struct stat *, uid_t user, bool secret);

/* The same of an open file, for this process; or why it cannot be told. */
const char *trusted_file(int fd, bool secret);

#endif
