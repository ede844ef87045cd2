/* SPDX-License-Identifier: ISC */
/* SHA-1 by Nettle. */
#include "base/sha1.h"

#include <nettle/sha1.h>

#include "base/hex.h"

void sha1_raw(struct span s, unsigned char out[SHA1_RAW])
{
	struct sha1_ctx ctx;

	sha1_init(&ctx);
	sha1_update(&ctx, s.n, (const unsigned char *)s.p);
	sha1_digest(&ctx, SHA1_RAW, out);
}

void sha1_hex(struct span s, char out[SHA1_HEX])
{
	unsigned char raw[SHA1_RAW];

	sha1_raw(s, raw);
	hex_write(out, raw, sizeof(raw));
}
