/* SPDX-License-Identifier: ISC */
/* The ids that were journaled last, and where: a window of fixed size. */
#ifndef JOURNAL_IDS_H
#define JOURNAL_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/span.h"

enum { IDS_RAW = 16, IDS_MARK = 16 };

struct id_entry {
	unsigned char id[IDS_RAW];
	unsigned char mark[IDS_MARK]; /* the beginning of its proof's digest */
	uint64_t seq;
	uint64_t segment; /* its first SEQ */
	off_t offset;	  /* of the line in it */
	uint32_t len;	  /* of the line, without its LF */
	uint32_t hash;	  /* of the id, set by ids_add */
};

struct ids;

/* A window of that many; none is remembered if size is 0. */
struct ids *ids_new(size_t size);
void ids_free(struct ids *);

/* Get ready for an id that may be looked for next. It need not be one. */
void ids_expect(const struct ids *, struct span id);

/* Find an id, which is a UUID in lower case as record_parse has found it.
 * NULL if it is not there; borrowed until the next ids_add. */
const struct id_entry *ids_find(const struct ids *, struct span id);

/* Add a line under an id that is not there; the oldest one makes room. */
void ids_add(struct ids *, struct span id, const struct id_entry *);

/* The same as bytes: the digits of a UUID or of a digest, dashes skipped. */
void ids_raw(unsigned char *out, size_t n, const char *hex);

#endif
