/* SPDX-License-Identifier: ISC */
/* Links to where the node's users put their files, and what is known of these:
 * the store of cup-upload(1) has all that came there. */
#ifndef POLICY_LINKS_H
#define POLICY_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "record/files.h"
#include "xml/text.h"

enum { LINKS_MAX = 64 }; /* different ones of a message that are looked up */

/* A zeroed struct has no store: then no link leads there. */
struct links {
	char *store;
	struct link_prefix {
		struct span scheme, host, path; /* in text; host: with its
						 * port */
		char *text;
	} *prefix;
	size_t prefixes;
	struct link {
		struct buf url;
		bool known; /* entry is set */
		struct files_entry entry;
		struct buf chars; /* the entry's */
	} *link;
	size_t count, made;
	bool more; /* than LINKS_MAX: of these nothing is known */
};

/* Links that begin with url lead to the store, a folder. NULL, or in a few
 * words why that cannot be. The folder is of the first call. */
const char *links_add(struct links *, const char *store, const char *url);

/* Collect the links of a message, in whatever text they are; replaces what was
 * there. A link is one with another scheme, or none, too, as clients make one
 * of it. */
void links_collect(struct links *, const struct texts *);
void links_reset(struct links *);
void links_release(struct links *);

/* Whether what is known of a link is a file that others can get. */
bool link_granted(const struct link *);

/* How many links lead to what they cannot. */
size_t links_unknown(const struct links *);

/* Whether the file at that URL is known. */
bool links_know(const struct links *, struct span url);

/* Append what is behind the tenth field of a record, extra, with these links in
 * place of any that are in it. */
void links_write(const struct links *, struct buf *, struct span extra);

#endif
