/* SPDX-License-Identifier: ISC */
/* SHA-256 and HMAC by Nettle, whose states are plain memory: a keyed one
 * begins anew by a copy. */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>

#include <stdlib.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/trusted.h"

struct digest {
	bool keyed;
	struct sha256_ctx plain;
	struct hmac_sha256_ctx mac;
};

struct digest *digest_new(const void *key, size_t len)
{
	struct digest *d = mem_zalloc(sizeof(*d));

	d->keyed = key != NULL;
	if (key)
		hmac_sha256_set_key(&d->mac, len, key);
	return d;
}

void digest_free(struct digest *d)
{
	if (d)
		explicit_bzero(d, sizeof(*d));
	free(d);
}

const char *digest_name(const struct digest *d)
{
	return d->keyed ? "hmac-sha256" : "sha256";
}

void digest_begin(struct digest *d)
{
	if (d->keyed)
		d->mac.state = d->mac.inner;
	else
		sha256_init(&d->plain);
}

void digest_add(struct digest *d, const void *p, size_t len)
{
	if (d->keyed)
		hmac_sha256_update(&d->mac, len, p);
	else
		sha256_update(&d->plain, len, p);
}

void digest_raw(struct digest *d, unsigned char out[DIGEST_RAW])
{
	if (d->keyed)
		hmac_sha256_digest(&d->mac, DIGEST_RAW, out);
	else
		sha256_digest(&d->plain, DIGEST_RAW, out);
}

void digest_hex(struct digest *d, char out[DIGEST_HEX])
{
	unsigned char raw[DIGEST_RAW];

	digest_raw(d, raw);
	hex_write(out, raw, sizeof(raw));
}

bool digest_same(const char a[DIGEST_HEX], const char b[DIGEST_HEX])
{
	return memeql_sec(a, b, DIGEST_HEX);
}

/* Returns the key's length, or 0 with *why. */
static size_t read_key(int fd, char *key, size_t size, const char **why)
{
	size_t len = 0;
	ssize_t n;

	*why = trusted_file(fd, true);
	if (*why)
		return 0;
	while (len < size && (n = read(fd, key + len, size - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			*why = strerror(errno);
			return 0;
		}
		len += (size_t)n;
	}
	if (len < DIGEST_KEY_MIN || len > DIGEST_KEY_MAX) {
		*why = "a key has 16 to 4096 bytes";
		return 0;
	}
	return len;
}

struct digest *digest_from_file(const char *path, const char **why)
{
	char key[DIGEST_KEY_MAX + 1];
	struct digest *d = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len;

	if (fd < 0) {
		*why = strerror(errno);
		return NULL;
	}
	len = read_key(fd, key, sizeof(key), why);
	if (len)
		d = digest_new(key, len);
	explicit_bzero(key, sizeof(key));
	close(fd);
	return d;
}
