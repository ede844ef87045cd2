/* SPDX-License-Identifier: ISC */
/* Writing the store of files (record/files.h): what comes in, the content that
 * is kept of it, and what is known of each URL. */
#ifndef UPLOAD_STORE_H
#define UPLOAD_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/span.h"
#include "record/files.h"

struct store;

/* Open it for writing, and make it if it is not there; what an earlier process
 * left half done is removed. NULL with the reason appended to why: also where
 * another process has it open so. */
struct store *store_open(const char *path, struct buf *why);
void store_close(struct store *);

/* Its absolute path. */
const char *store_path(const struct store *);

/* Bytes that there is room for. */
uint64_t store_room(const struct store *);

/* A file on its way in. A zeroed struct is none. */
struct spool {
	int fd;
	struct buf path;
	struct digest *digest;
	uint64_t size, flushed; /* bytes */
	bool open;
	char sha256[DIGEST_HEX]; /* after store_keep */
};

/* Begin one, and append to it; false with errno. Both are quick: nothing is
 * waited for but room in memory. */
bool spool_begin(struct spool *, struct store *);
bool spool_add(struct spool *, const char *p, size_t n);
/* Remove what is still on its way, and release all. */
void spool_drop(struct spool *);

/* It is whole: sync it to the disk and have it by its digest, where equal
 * content is only once. Its descriptor then reads what is kept. False with
 * errno; it is still on its way then. Any thread, one at a time. */
bool store_keep(struct store *, struct spool *);

/* Write down, synced, what is known of e->url. False with errno. */
bool store_note(struct store *, const struct files_entry *e);

#endif
