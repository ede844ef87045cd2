/* SPDX-License-Identifier: ISC */
/* SHA-256 and HMAC by OpenSSL. */
#include "digest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <stdlib.h>

#include "mem.h"

struct digest {
	EVP_MD *md; /* fetched once: looking it up costs more than hashing */
	EVP_MD_CTX *hash;
	EVP_MAC_CTX *mac; /* NULL: plain */
};

static void keyed(struct digest *d, const void *key, size_t len)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	char name[] = "SHA256";
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
	    OSSL_PARAM_construct_end()};

	d->mac = mac ? EVP_MAC_CTX_new(mac) : NULL;
	EVP_MAC_free(mac);
	if (!d->mac || EVP_MAC_init(d->mac, key, len, params) != 1)
		mem_exhausted();
}

struct digest *digest_new(const void *key, size_t len)
{
	struct digest *d = mem_zalloc(sizeof(*d));

	if (key) {
		keyed(d, key, len);
		return d;
	}
	d->md = EVP_MD_fetch(NULL, "SHA256", NULL);
	d->hash = EVP_MD_CTX_new();
	if (!d->md || !d->hash)
		mem_exhausted();
	return d;
}

void digest_free(struct digest *d)
{
	if (!d)
		return;
	EVP_MD_CTX_free(d->hash);
	EVP_MD_free(d->md);
	EVP_MAC_CTX_free(d->mac);
	free(d);
}

const char *digest_name(const struct digest *d)
{
	return d->mac ? "hmac-sha256" : "sha256";
}

void digest_begin(struct digest *d)
{
	/* A NULL key keeps the one that was set. */
	int ok = d->mac ? EVP_MAC_init(d->mac, NULL, 0, NULL)
			: EVP_DigestInit_ex2(d->hash, d->md, NULL);

	if (ok != 1)
		mem_exhausted();
}

void digest_add(struct digest *d, const void *p, size_t len)
{
	int ok = d->mac ? EVP_MAC_update(d->mac, p, len)
			: EVP_DigestUpdate(d->hash, p, len);

	if (ok != 1)
		mem_exhausted();
}

void digest_raw(struct digest *d, unsigned char out[DIGEST_RAW])
{
	size_t len = 0;
	int ok = d->mac ? EVP_MAC_final(d->mac, out, &len, DIGEST_RAW)
			: EVP_DigestFinal_ex(d->hash, out, NULL);

	if (ok != 1)
		mem_exhausted();
}

void digest_hex(struct digest *d, char out[DIGEST_HEX])
{
	unsigned char raw[DIGEST_RAW];

	digest_raw(d, raw);
	digest_spell(raw, out);
}

void digest_spell(const unsigned char raw[DIGEST_RAW], char out[DIGEST_HEX])
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < DIGEST_RAW; i++) {
		out[2 * i] = hex[raw[i] >> 4];
		out[2 * i + 1] = hex[raw[i] & 15];
	}
}

bool digest_same(const char a[DIGEST_HEX], const char b[DIGEST_HEX])
{
	return CRYPTO_memcmp(a, b, DIGEST_HEX) == 0;
}

/* Returns the key's length, or 0 with *why. */
static size_t read_key(int fd, char *key, size_t size, const char **why)
{
	struct stat st;
	size_t len = 0;
	ssize_t n;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077)) {
		*why = "others can read or write it (chmod 600)";
		return 0;
	}
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
	OPENSSL_cleanse(key, sizeof(key));
	close(fd);
	return d;
}
