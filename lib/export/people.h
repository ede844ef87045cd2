/* SPDX-License-Identifier: ISC */
/* Who people are: names and mail addresses of accounts, from a file. */
#ifndef EXPORT_PEOPLE_H
#define EXPORT_PEOPLE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

enum { PEOPLE_FILE_MAX = 64 * 1024 * 1024 }; /* bytes */

struct people;

/* Read a CSV file (RFC 4180) of JID, mail address, name. NULL with what is
 * wrong, "PATH:LINE: reason", appended to why. */
struct people *people_read(const char *path, struct buf *why);
void people_free(struct people *);

/* What is known of a bare, prepared JID; .n 0: nothing. people may be NULL. */
void people_find(const struct people *, struct span jid, struct span *mail,
    struct span *name);

#endif
