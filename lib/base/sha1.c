/* SPDX-License-Identifier: ISC */
/* SHA-1 by Nettle. */
#include "base/sha1.h"

#include <nettle/sha1.h>

#include "base/hex.h"

void sha1_hex(struct span s, char out[SHA1_HEX])
{
	unsigned char raw[SHA1_DIGEST_SIZE];
	struct sha1_ctx ctx;

	sha1_init(&ctx);
	sha1_update(&ctx, s.n, (const unsigned char *)s.p);
	sha1_digest(&ctx, sizeof(raw), raw);
	hex_write(out, raw, sizeof(raw));
}
