/* SPDX-License-Identifier: ISC */
/* SHA-1 by OpenSSL. */
#include "sha1.h"

#include <openssl/evp.h>

#include "mem.h"

void sha1_hex(struct span s, char out[SHA1_HEX])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned n;

	if (!EVP_Digest(s.p, s.n, raw, &n, EVP_sha1(), NULL))
		mem_exhausted();
	for (unsigned i = 0; i < SHA1_HEX / 2; i++) {
		out[2 * i] = digits[raw[i] >> 4];
		out[2 * i + 1] = digits[raw[i] & 15];
	}
}
