/* SPDX-License-Identifier: ISC */
/* A context's certificate and authorities for a library with its own TLS. */
#include "io/tls.h"

#include <openssl/err.h>

#include "io/tls-internal.h"

bool tls_context_lend(const struct tls_context *c, void *openssl)
{
	SSL_CTX *from = c->ctxs[0], *to = openssl;
	X509 *leaf = SSL_CTX_get0_certificate(from);
	STACK_OF(X509) *chain = NULL;
	bool ok = true;

	SSL_CTX_set1_cert_store(to, SSL_CTX_get_cert_store(from));
	if (leaf) {
		SSL_CTX_get0_chain_certs(from, &chain);
		ok = SSL_CTX_use_cert_and_key(to, leaf,
			 SSL_CTX_get0_privatekey(from), chain, 1) == 1;
	}
	ERR_clear_error();
	return ok;
}
