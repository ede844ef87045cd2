/* SPDX-License-Identifier: ISC */
/* What was sent, on disk: a line of 40 hexadecimal digits for each mail, from
 * its Message-ID. */
#ifndef EXPORT_CURSOR_H
#define EXPORT_CURSOR_H

#include <stdbool.h>

#include "base/buf.h"

enum { CURSOR_HEX = 40 };

struct cursor;

/* Open the file, made if it is not there; a line that a crash has torn is cut
 * off. One process at a time has it. NULL with errno (EWOULDBLOCK: another
 * has it; EBADMSG: it is no such file). */
struct cursor *cursor_open(const char *path);
void cursor_close(struct cursor *);

/* Whether it was sent before this was opened. */
bool cursor_has(const struct cursor *, const char hex[CURSOR_HEX]);

/* Add a line, and have it on disk. False with errno. */
bool cursor_add(struct cursor *, const char hex[CURSOR_HEX]);

#endif
