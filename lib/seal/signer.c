/* SPDX-License-Identifier: ISC */
/* Secret keys: made, kept in files, and used. */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/mem.h"
#include "base/trusted.h"
#include "base/uuid.h"
#include "io/out.h"
#include "seal/keys.h"

#define PREFIX "PRIVATE+KEY+"

static EVP_PKEY *secret_key(const struct signer *s)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL,
	    s->secret, KEY_BYTES);

	if (!key)
		mem_exhausted();
	return key;
}

/* The public key of the secret one. */
static void derive(struct signer *s)
{
	EVP_PKEY *key = secret_key(s);
	size_t n = KEY_BYTES;

	if (EVP_PKEY_get_raw_public_key(key, s->verifier.key, &n) != 1)
		mem_exhausted();
	EVP_PKEY_free(key);
}

void signer_generate(struct signer *s, const char *name, enum key_kind kind)
{
	uuid_random(s->secret, KEY_BYTES);
	s->verifier = (struct verifier){.kind = kind,
	    .name = mem_strdup(name)};
	derive(s);
	verifier_identify(&s->verifier);
}

static void write_key(const struct signer *s, struct buf *out)
{
	unsigned char raw[1 + KEY_BYTES] = {(unsigned char)s->verifier.kind};

	memcpy(raw + 1, s->secret, KEY_BYTES);
	buf_room(out, KEY_FILE_MAX);
	buf_addf(out, PREFIX "%s+%08x+", s->verifier.name, s->verifier.id);
	key_base64(out, raw, sizeof(raw));
	buf_addc(out, '\n');
	explicit_bzero(raw, sizeof(raw));
}

bool signer_save(const struct signer *s, const char *path)
{
	struct buf text = BUF_EMPTY;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok;

	if (fd < 0)
		return false;
	write_key(s, &text);
	ok = out_write(fd, text.data, text.len) && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	explicit_bzero(text.data, text.len);
	buf_release(&text);
	if (!ok) {
		int saved = errno;

		unlink(path);
		errno = saved;
	}
	return ok;
}

/* Take NAME+HASH+SECRET: it is as a verifier key would be, but for what the
 * hash is of. */
static const char *parse(struct signer *s, struct span text,
    enum key_kind kind)
{
	unsigned char raw[1 + KEY_BYTES];
	const char *plus, *last;
	char hash[16];

	if (!span_starts(text, PREFIX))
		return "is no file of a key";
	text.p += strlen(PREFIX);
	text.n -= strlen(PREFIX);
	plus = memchr(text.p, '+', text.n);
	last = plus ? memchr(plus + 1, '+',
			  text.n - (size_t)(plus + 1 - text.p))
		    : NULL;
	if (!last || last - plus != 9 ||
	    !key_name_valid((struct span){text.p, (size_t)(plus - text.p)}) ||
	    !key_unbase64((struct span){last + 1,
		text.n - (size_t)(last + 1 - text.p)}, raw, sizeof(raw)))
		return "is no file of a key";
	if (raw[0] != kind)
		return kind == KEY_LOG ? "is not the key of a log"
				       : "is not the key of a witness";
	s->verifier = (struct verifier){.kind = kind,
	    .name = mem_dup(text.p, (size_t)(plus - text.p))};
	memcpy(s->secret, raw + 1, KEY_BYTES);
	explicit_bzero(raw, sizeof(raw));
	derive(s);
	verifier_identify(&s->verifier);
	snprintf(hash, sizeof(hash), "%08x", s->verifier.id);
	return memcmp(hash, plus + 1, 8) == 0 ? NULL
					      : "does not match its hash";
}

static const char *read_file(int fd, char *text, size_t *len)
{
	ssize_t n = 0;

	*len = 0;
	while (*len < KEY_FILE_MAX &&
	    (n = read(fd, text + *len, KEY_FILE_MAX - *len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return strerror(errno);
		*len += (size_t)n;
	}
	while (*len && text[*len - 1] == '\n')
		--*len;
	return NULL;
}

const char *signer_load(struct signer *s, const char *path,
    enum key_kind kind)
{
	char text[KEY_FILE_MAX];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *why;
	size_t len;

	*s = (struct signer){0};
	if (fd < 0)
		return strerror(errno);
	why = trusted_file(fd, true);
	if (!why)
		why = read_file(fd, text, &len);
	if (!why)
		why = parse(s, (struct span){text, len}, kind);
	explicit_bzero(text, sizeof(text));
	close(fd);
	if (why)
		signer_release(s);
	return why;
}

void signer_release(struct signer *s)
{
	verifier_release(&s->verifier);
	explicit_bzero(s->secret, sizeof(s->secret));
}

void signer_sign(const struct signer *s, struct span bytes,
    unsigned char signature[KEY_SIGNATURE])
{
	EVP_PKEY *key = secret_key(s);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = KEY_SIGNATURE;

	if (!ctx || EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) != 1 ||
	    EVP_DigestSign(ctx, signature, &n, (const unsigned char *)bytes.p,
		bytes.n) != 1)
		mem_exhausted();
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}
