/* SPDX-License-Identifier: ISC */
/* What tls.c, tls-context.c and tls-strict.c share, and nobody else. */
#ifndef IO_TLS_INTERNAL_H
#define IO_TLS_INTERNAL_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <time.h>

enum { TLS_ALPN_MAX = 255 };

struct tls_context {
	unsigned refs;
	bool server, verifying;
	/* One for each certificate, the leafs in the same order; a client
	 * has one even without a certificate. */
	SSL_CTX **ctxs;
	X509 **leafs;
	size_t count;
	time_t expires;
	unsigned char alpn[1 + TLS_ALPN_MAX]; /* as on the wire */
	unsigned alpn_len;
};

/* The reason of OpenSSL's first queued error, and forget the others. */
const char *tls_reason(void);

struct buf;

/* Open a regular file; of the secret of an owner the same open file is checked
 * that is then read. owner NULL: it is none. NULL with the reason appended. */
BIO *tls_open_pem(const char *path, const uid_t *owner, const char *what,
    struct buf *why);

#endif
