/* SPDX-License-Identifier: ISC */
/* A growable run of bytes. A zeroed struct is a valid empty one. */
/* lib/base is what programs need that C has not, and knows nothing of XMPP. In
 * goes what a user or a peer wrote, out come checked values, or one line that
 * says what is wrong.
 *
 * buf.h owns bytes and span.h borrows them; all other folders speak in these
 * two. mem.h ends the process where there is no memory, so nobody else looks;
 * map.h finds by key. utf8.h, glob.h, hex.h, label.h, percent.h, quantity.h,
 * stamp.h, moment.h (on pick.h) and uuid.h read and write single values;
 * digest.h and sha1.h hash, fnv.h where nobody minds; eight.h is for the loops
 * over every byte. clock.h and backoff.h say when, zone.h what clocks show
 * then, trusted.h whose a file is. args.h holds the words of a command. diag.h and
 * cli.h alone print, and with mem.h alone exit. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/span.h"

struct buf {
	char *data;
	size_t len, cap;
};

#define BUF_EMPTY {NULL, 0, 0}

/* Make room for n more bytes and return where they go; len is unchanged. */
char *buf_room(struct buf *, size_t n);

void buf_addf(struct buf *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* NUL-terminate (beyond len) and return the data, borrowed until the next
 * change. */
const char *buf_str(struct buf *);

/* Drop the first n bytes (n <= len). */
void buf_consume(struct buf *, size_t n);

/* Put n bytes in place of the cut bytes at offset at. */
void buf_splice(struct buf *, size_t at, size_t cut, const char *p, size_t n);

/* Give the bytes to the caller to free, NUL-terminated; leaves it empty. */
char *buf_detach(struct buf *);

/* Free the memory; leaves a valid empty one. */
void buf_release(struct buf *);

/* Empty it but keep the memory. */
static inline void buf_reset(struct buf *b)
{
	b->len = 0;
}

static inline void buf_add(struct buf *b, const char *p, size_t n)
{
	bool fits = b->data && b->cap - b->len >= n;

	if (n) {
		memcpy(fits ? b->data + b->len : buf_room(b, n), p, n);
		b->len += n;
	}
}

static inline void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

static inline void buf_addspan(struct buf *b, struct span s)
{
	buf_add(b, s.p, s.n);
}

static inline void buf_addc(struct buf *b, char c)
{
	if (b->cap == b->len)
		buf_room(b, 1);
	b->data[b->len++] = c;
}

static inline struct span buf_span(const struct buf *b)
{
	return (struct span){b->data ? b->data : "", b->len};
}

#endif
