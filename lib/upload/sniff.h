/* SPDX-License-Identifier: ISC */
/* What a file's content looks like; libmagic is behind it. */
#ifndef UPLOAD_SNIFF_H
#define UPLOAD_SNIFF_H

#include "base/buf.h"

struct sniff;

/* NULL with the reason appended to why. */
struct sniff *sniff_new(struct buf *why);
void sniff_free(struct sniff *);

/* Append the media type of what the descriptor reads from its beginning:
 * "application/pdf"; "application/octet-stream" if nobody knows. One thread at
 * a time. */
void sniff_type(struct sniff *, int fd, struct buf *type);

#endif
