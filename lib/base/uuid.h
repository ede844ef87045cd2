/* SPDX-License-Identifier: ISC */
/* UUIDs, version 7 (RFC 9562 section 5.7): ordered by their time. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UUID_LEN = 36, UUID_TOKEN_MAX = 64 };

/* Random bytes that are drawn from the kernel a page at a time. A zeroed
 * struct is valid. */
struct uuid_source {
	unsigned char pool[1024];
	size_t left;
};

/* Write the UUID_LEN bytes of a new version 7 UUID of that time
 * (microseconds; it keeps them, in the first 12 of the random bits, as
 * RFC 9562 section 6.2 method 3 allows); no NUL. */
void uuid_make(struct uuid_source *, int64_t micros, char out[UUID_LEN]);

/* Whether these bytes are a UUID in lower case (any version). */
bool uuid_valid(const char *p, size_t len);

/* Random bytes from the kernel; n at most 256. Exits 71 if there are none. */
void uuid_random(void *out, size_t n);

/* A word that nobody can guess: n hexadecimal digits, without a NUL; n is
 * even, at most UUID_TOKEN_MAX. Exits 71 as well. */
void uuid_token(char *out, size_t n);

#endif
