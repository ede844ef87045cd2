/* SPDX-License-Identifier: ISC */
/* UUIDs, version 7. */
#include "base/uuid.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sysexits.h>

#include "base/diag.h"
#include "base/hex.h"

void uuid_random(void *out, size_t n)
{
	ssize_t got;

	do
		got = getrandom(out, n, 0);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)n)
		diag_die_errno(EX_OSERR, "no random bytes");
}

void uuid_token(char *out, size_t n)
{
	unsigned char raw[UUID_TOKEN_MAX / 2];

	uuid_random(raw, n / 2);
	hex_write(out, raw, n / 2);
}

static const unsigned char *take(struct uuid_source *s, size_t n)
{
	if (s->left < n) {
		for (size_t i = 0; i < sizeof(s->pool); i += 256)
			uuid_random(s->pool + i, 256);
		s->left = sizeof(s->pool);
	}
	s->left -= n;
	return s->pool + s->left;
}

void uuid_make(struct uuid_source *s, int64_t micros, char out[UUID_LEN])
{
	unsigned char b[16];
	uint64_t ms = (uint64_t)micros / 1000;
	unsigned fraction = (unsigned)((uint64_t)micros % 1000 * 4096 / 1000);

	for (int i = 0; i < 6; i++)
		b[i] = (unsigned char)(ms >> (40 - 8 * i));
	b[6] = (unsigned char)(0x70 | fraction >> 8);
	b[7] = (unsigned char)fraction;
	memcpy(b + 8, take(s, 8), 8);
	b[8] = (unsigned char)(0x80 | (b[8] & 0x3f));
	out[8] = out[13] = out[18] = out[23] = '-';
	hex_write(out, b, 4);
	hex_write(out + 9, b + 4, 2);
	hex_write(out + 14, b + 6, 2);
	hex_write(out + 19, b + 8, 2);
	hex_write(out + 24, b + 10, 6);
}

/* Lower-case hexadecimal digits, those below 64 and the others. */
static const uint64_t low = UINT64_C(0x03ff000000000000);
static const uint64_t high = UINT64_C(0x0000007e00000000);

static inline uint64_t digit(unsigned char c)
{
	return (c < 64 ? low >> c : high >> (c & 63)) & (c < 128);
}

static inline bool digits(const char *p, size_t n)
{
	uint64_t all = 1;

	for (size_t i = 0; i < n; i++)
		all &= digit((unsigned char)p[i]);
	return all;
}

bool uuid_valid(const char *p, size_t len)
{
	return len == UUID_LEN && p[8] == '-' && p[13] == '-' &&
	       p[18] == '-' && p[23] == '-' && digits(p, 8) &&
	       digits(p + 9, 4) && digits(p + 14, 4) && digits(p + 19, 4) &&
	       digits(p + 24, 12);
}
