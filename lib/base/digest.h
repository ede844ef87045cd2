/* SPDX-License-Identifier: ISC */
/* SHA-256 (FIPS 180-4), plain or as HMAC (RFC 2104), with a kept context. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

enum {
	DIGEST_RAW = 32,	/* bytes of a digest */
	DIGEST_HEX = 64,	/* and of its hexadecimal form */
	DIGEST_KEY_MIN = 16,	/* bytes of a key */
	DIGEST_KEY_MAX = 4096,
};

struct digest;

/* Return a new digest: HMAC-SHA-256 under a key that is copied, or plain
 * SHA-256 where key is NULL. The caller frees it. */
struct digest *digest_new(const void *key, size_t len);
void digest_free(struct digest *);

/* "sha256" or "hmac-sha256". */
const char *digest_name(const struct digest *);

/* begin, add (any number of times), then one of the ends. */
void digest_begin(struct digest *);
void digest_add(struct digest *, const void *p, size_t len);
void digest_raw(struct digest *, unsigned char out[DIGEST_RAW]);
/* Lower-case hexadecimal, not NUL-terminated. */
void digest_hex(struct digest *, char out[DIGEST_HEX]);

/* Compare two digests in a time that does not depend on where they differ. */
bool digest_same(const char a[DIGEST_HEX], const char b[DIGEST_HEX]);

/* Read a key file: DIGEST_KEY_MIN to DIGEST_KEY_MAX bytes, taken as they are.
 * A regular file that its group or others may read or write is refused.
 * Returns a digest under that key, or NULL with the reason in *why. */
struct digest *digest_from_file(const char *path, const char **why);

#endif
