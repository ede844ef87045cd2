/* SPDX-License-Identifier: ISC */
/* The files that messages link to, from the store they were sent to
 * (record/files.h): only what is as it was judged. */
#ifndef EXPORT_ENCLOSED_H
#define EXPORT_ENCLOSED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "export/talk.h"

enum { ENCLOSED_MAX = 25 * 1024 * 1024 }; /* bytes of a file */

struct enclosure {
	struct piece name, sha256; /* in talk */
	const struct talk *talk;
	uint64_t size;
	const char *why; /* it is not enclosed; NULL: it is */
	int64_t micros;	 /* of the message that links to it first */
	size_t author;	 /* its, */
	uint32_t item;	 /* and its number */
};

/* Each file once. A zeroed struct is a valid empty one. */
struct enclosures {
	struct enclosure *file;
	size_t count, cap;
};

/* Collect the files of a view, and look at each in the store. Replaces what was
 * there. Returns how many are not enclosed and should be. */
size_t enclosures_collect(struct enclosures *, const struct view *,
    const char *store, struct digest *);
void enclosures_release(struct enclosures *);

/* That of a digest; NULL if it is not there, or not enclosed. */
const struct enclosure *enclosures_find(const struct enclosures *,
    struct span sha256);

/* Pass the content of one on, in pieces. False with errno where it cannot be
 * read or the sink says so, EBADMSG where it has changed since. */
typedef bool enclosure_sink(void *arg, const void *p, size_t n);
bool enclosure_pass(const struct enclosure *, const char *store,
    struct digest *, enclosure_sink *, void *arg);

#endif
