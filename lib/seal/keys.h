/* SPDX-License-Identifier: ISC */
/* Ed25519 keys with names: verifier keys NAME+HASH+KEY and key files
 * PRIVATE+KEY+NAME+HASH+KEY, as c2sp.org/signed-note and Go's sumdb/note have
 * them. */
#ifndef SEAL_KEYS_H
#define SEAL_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
	KEY_BYTES = 32,		/* of a public key, and of a private one */
	KEY_SIGNATURE = 64,	/* of a signature */
	KEY_NAME_MAX = 255,
	KEY_FILE_MAX = 1024,
};

/* What a key signs; it is part of its hash, so that no key is taken for one of
 * the other kind. */
enum key_kind {
	KEY_LOG = 1,	 /* the text of notes */
	KEY_WITNESS = 4, /* cosignatures, with a time */
};

/* A zeroed struct is an empty one. */
struct verifier {
	char *name;
	uint32_t id;
	enum key_kind kind;
	unsigned char key[KEY_BYTES];
};

struct signer {
	struct verifier verifier;
	unsigned char secret[KEY_BYTES];
};

/* Read a verifier key. Returns NULL, or in a few words, a constant, why it is
 * none. The caller releases it. */
const char *verifier_parse(struct verifier *, struct span text);
/* Append it as text. */
void verifier_text(const struct verifier *, struct buf *);
void verifier_release(struct verifier *);

/* Set its id from the rest. */
void verifier_identify(struct verifier *);

/* Whether a signature is the key's. */
bool verifier_check(const struct verifier *, struct span signed_bytes,
    const unsigned char signature[KEY_SIGNATURE]);

/* Whether a name can be one of a key: UTF-8 without blanks, control characters
 * and '+', of at most KEY_NAME_MAX bytes. */
bool key_name_valid(struct span name);

/* Make a key of that name. The caller releases it. */
void signer_generate(struct signer *, const char *name, enum key_kind);

/* Write it to a new file, for its owner only, and sync it. False with errno. */
bool signer_save(const struct signer *, const char *path);

/* Read a key of that kind from a file, which nobody else may read. Returns
 * NULL, or why it cannot be used, a constant or strerror's. */
const char *signer_load(struct signer *, const char *path, enum key_kind);

void signer_release(struct signer *);

/* Sign bytes. */
void signer_sign(const struct signer *, struct span bytes,
    unsigned char signature[KEY_SIGNATURE]);

/* Append n bytes as base64, with padding. */
void key_base64(struct buf *, const unsigned char *p, size_t n);

/* Read base64 as that writes it, and nothing else, of exactly n bytes. */
bool key_unbase64(struct span text, unsigned char *out, size_t n);

#endif
