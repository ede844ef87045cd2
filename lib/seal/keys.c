/* SPDX-License-Identifier: ISC */
/* Keys with names, and what OpenSSL does with them. */
#include "seal/keys.h"

#include <stdlib.h>

#include <nettle/sha2.h>
#include <openssl/evp.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/utf8.h"

/* White_Space of Unicode, beyond ASCII. */
static bool is_space(uint32_t c)
{
	return c == 0x85 || c == 0xa0 || c == 0x1680 ||
	    (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
	    c == 0x202f || c == 0x205f || c == 0x3000;
}

bool key_name_valid(struct span name)
{
	size_t step;

	if (name.n == 0 || name.n > KEY_NAME_MAX)
		return false;
	for (; name.n; name.p += step, name.n -= step) {
		step = utf8_char(name.p, name.n);
		if (!step || *name.p == '+' || *name.p == 0x7f ||
		    (unsigned char)*name.p <= ' ' ||
		    is_space(utf8_point(name.p, step)))
			return false;
	}
	return true;
}

void verifier_identify(struct verifier *v)
{
	const uint8_t between[] = {'\n', (uint8_t)v->kind};
	uint8_t hash[SHA256_DIGEST_SIZE];
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, strlen(v->name), (const uint8_t *)v->name);
	sha256_update(&ctx, sizeof(between), between);
	sha256_update(&ctx, KEY_BYTES, v->key);
	sha256_digest(&ctx, sizeof(hash), hash);
	v->id = (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 |
	    (uint32_t)hash[2] << 8 | hash[3];
}

static bool read_id(struct span text, uint32_t *id)
{
	*id = 0;
	for (size_t i = 0; i < text.n; i++) {
		int digit = text.p[i] >= 'A' && text.p[i] <= 'F'
		    ? -1
		    : hex_digit(text.p[i]);

		if (digit < 0)
			return false;
		*id = *id << 4 | (uint32_t)digit;
	}
	return text.n == 8;
}

/* Take what stands before the next '+' off. */
static struct span take_part(struct span *rest)
{
	const char *plus = memchr(rest->p, '+', rest->n);
	size_t n = plus ? (size_t)(plus - rest->p) : rest->n;
	struct span part = {rest->p, n};

	n += plus != NULL;
	*rest = (struct span){rest->p + n, rest->n - n};
	return part;
}

const char *verifier_parse(struct verifier *v, struct span text)
{
	unsigned char raw[1 + KEY_BYTES];
	struct span name = take_part(&text), hash = take_part(&text);
	uint32_t id;

	*v = (struct verifier){0};
	if (!key_name_valid(name))
		return "has no name that a key can have";
	if (!read_id(hash, &id))
		return "is not NAME+HASH+KEY";
	if (!key_unbase64(text, raw, sizeof(raw)))
		return "is not NAME+HASH+KEY";
	if (raw[0] != KEY_LOG && raw[0] != KEY_WITNESS)
		return "is of a kind that is not known here";
	v->kind = raw[0];
	memcpy(v->key, raw + 1, KEY_BYTES);
	v->name = mem_dup(name.p, name.n);
	verifier_identify(v);
	if (v->id == id)
		return NULL;
	verifier_release(v);
	return "does not match its hash";
}

void verifier_text(const struct verifier *v, struct buf *out)
{
	unsigned char raw[1 + KEY_BYTES] = {(unsigned char)v->kind};

	memcpy(raw + 1, v->key, KEY_BYTES);
	buf_addf(out, "%s+%08x+", v->name, v->id);
	key_base64(out, raw, sizeof(raw));
}

void verifier_release(struct verifier *v)
{
	free(v->name);
	*v = (struct verifier){0};
}

bool verifier_check(const struct verifier *v, struct span bytes,
    const unsigned char signature[KEY_SIGNATURE])
{
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
	    v->key, KEY_BYTES);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = key && ctx &&
	    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, signature, KEY_SIGNATURE,
		(const unsigned char *)bytes.p, bytes.n) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return good;
}
