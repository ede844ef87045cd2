/* SPDX-License-Identifier: ISC */
/* A slot (XEP-0363): leave to put one file to a server by HTTP. cup-intercept
 * tells cup-upload of each in one line, before the client hears of it:
 * "slot" and seven fields with a TAB before each, percent-encoded (percent.h),
 * an absent one being "-". */
#ifndef RECORD_SLOT_H
#define RECORD_SLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

enum { SLOT_LINE_MAX = 32 * 1024 }; /* bytes, without the LF */

/* Whole values, not encoded. */
struct slot {
	struct span put, get; /* URLs, FILES_URL_MAX bytes each at the most */
	struct span from;     /* full JID of who asked */
	struct span session;  /* token */
	struct span name;     /* FILES_NAME_MAX, as the next */
	struct span type;     /* .n 0: none was claimed */
	uint64_t size;	      /* bytes */
};

/* Append the slot's line, with its LF. */
void slot_write(struct buf *, const struct slot *);

/* Take a line, without its LF, apart. NULL, or in a few words why it is none.
 * The spans are in chars, which is emptied first, until its next change. */
const char *slot_read(struct slot *, struct span line, struct buf *chars);

/* The part of a URL that a request names it by: "/path?query" of
 * "http[s]://authority/path?query"; and its "scheme://authority". .p NULL: it
 * is no such URL, has a fragment, or a character that none has. */
struct span slot_target(struct span url);
struct span slot_site(struct span url);

#endif
