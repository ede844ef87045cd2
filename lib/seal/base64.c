/* SPDX-License-Identifier: ISC */
/* Base64 (RFC 4648 section 4), of which only one spelling is taken. */
#include <nettle/base64.h>

#include "seal/keys.h"

void key_base64(struct buf *out, const unsigned char *p, size_t n)
{
	size_t len = BASE64_ENCODE_RAW_LENGTH(n);

	base64_encode_raw(buf_room(out, len), n, p);
	out->len += len;
}

bool key_unbase64(struct span text, unsigned char *out, size_t n)
{
	struct base64_decode_ctx ctx;
	struct buf again = BUF_EMPTY;
	unsigned char raw[BASE64_DECODE_LENGTH(256)];
	size_t len = sizeof(raw);
	bool same = false;

	if (text.n > 256 || text.n != BASE64_ENCODE_RAW_LENGTH(n))
		return false;
	base64_decode_init(&ctx);
	if (!base64_decode_update(&ctx, &len, raw, text.n, text.p) ||
	    !base64_decode_final(&ctx) || len != n)
		return false;
	/* Not with stray bits or blanks. */
	key_base64(&again, raw, n);
	same = span_same(buf_span(&again), text);
	buf_release(&again);
	if (same)
		memcpy(out, raw, n);
	return same;
}
