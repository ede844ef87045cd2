/* SPDX-License-Identifier: ISC */
/* TLS contexts: certificates, keys, and whom to trust. */
#include "io/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/trusted.h"
#include "io/tls-internal.h"

static const char ciphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

const char *tls_reason(void)
{
	unsigned long code = ERR_get_error();
	const char *text = code ? ERR_reason_error_string(code) : NULL;

	if (code && ERR_SYSTEM_ERROR(code))
		text = strerror(ERR_GET_REASON(code));
	ERR_clear_error();
	return text ? text : "unknown error";
}

struct tls_context *tls_context_ref(struct tls_context *c)
{
	c->refs++;
	return c;
}

void tls_context_free(struct tls_context *c)
{
	if (!c || --c->refs > 0)
		return;
	for (size_t i = 0; i < c->count; i++) {
		SSL_CTX_free(c->ctxs[i]);
		X509_free(c->leafs[i]);
	}
	free(c->ctxs);
	free(c->leafs);
	free(c);
}

static bool complain(struct buf *why, const char *what, const char *path,
    const char *reason)
{
	buf_addf(why, "%s '%s': %s", what, path, reason);
	return false;
}

BIO *tls_open_pem(const char *path, const uid_t *owner, const char *what,
    struct buf *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const char *fault = NULL;
	struct stat st;
	BIO *bio;

	if (fd < 0 || fstat(fd, &st) < 0)
		fault = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		fault = "is not a regular file";
	else if (owner)
		fault = trusted_state(&st, *owner, true);
	if (fault) {
		complain(why, what, path, fault);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	bio = BIO_new_fd(fd, BIO_CLOSE);
	if (!bio)
		mem_exhausted();
	return bio;
}

static time_t expiry(const X509 *cert)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days = 0, seconds = 0;

	if (!epoch)
		mem_exhausted();
	ASN1_TIME_diff(&days, &seconds, epoch, X509_get0_notAfter(cert));
	ASN1_TIME_free(epoch);
	return (time_t)days * 86400 + seconds;
}

static void note_expiry(struct tls_context *c, const X509 *cert)
{
	time_t t = expiry(cert);

	if (c->expires == 0 || t < c->expires)
		c->expires = t;
}

/* The certificate and the chain behind it. */
static bool load_chain(struct tls_context *c, SSL_CTX *ctx, X509 **leaf,
    const char *path, const uid_t *owner, struct buf *why)
{
	static const char what[] = "certificate";
	BIO *bio = tls_open_pem(path, owner, what, why);
	X509 *cert;

	if (!bio)
		return false;
	*leaf = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL);
	if (!*leaf || SSL_CTX_use_certificate(ctx, *leaf) != 1) {
		BIO_free(bio);
		return complain(why, what, path, *leaf ? tls_reason() :
		    (ERR_clear_error(), "has no certificate"));
	}
	note_expiry(c, *leaf);
	while ((cert = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		note_expiry(c, cert);
		if (SSL_CTX_add0_chain_cert(ctx, cert) != 1) {
			X509_free(cert);
			BIO_free(bio);
			return complain(why, what, path, tls_reason());
		}
	}
	BIO_free(bio);
	/* The end of the file is an error like any other: a broken one in the
	 * chain is told apart by its reason. */
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return complain(why, what, path, "has a broken chain");
	ERR_clear_error();
	return true;
}

/* A service has nobody to ask. */
static int no_passphrase(char *buf, int size, int writing, void *arg)
{
	(void)buf, (void)size, (void)writing;
	*(bool *)arg = true;
	return -1;
}

static bool load_key(SSL_CTX *ctx, const char *path, const uid_t *owner,
    struct buf *why)
{
	static const char what[] = "private key";
	BIO *bio = tls_open_pem(path, owner, what, why);
	bool asked = false;
	EVP_PKEY *key;
	int rc;

	if (!bio)
		return false;
	key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &asked);
	BIO_free(bio);
	if (!key) {
		ERR_clear_error();
		return complain(why, what, path, asked ?
		    "is protected by a passphrase" : "has no private key");
	}
	rc = SSL_CTX_use_PrivateKey(ctx, key);
	EVP_PKEY_free(key);
	if (rc != 1 || SSL_CTX_check_private_key(ctx) != 1) {
		ERR_clear_error();
		return complain(why, what, path,
		    "does not belong to the certificate");
	}
	return true;
}

static bool trust(const struct tls_context *c, SSL_CTX *ctx, const char *ca,
    struct buf *why)
{
	static const char what[] = "authority";
	STACK_OF(X509_NAME) *names;
	BIO *bio;

	if (!ca) {
		SSL_CTX_set_default_verify_paths(ctx);
		return true;
	}
	bio = tls_open_pem(ca, NULL, what, why);
	if (!bio)
		return false;
	BIO_free(bio);
	if (SSL_CTX_load_verify_file(ctx, ca) != 1) {
		ERR_clear_error();
		return complain(why, what, ca, "has no certificate");
	}
	if (!c->server)
		return true;
	names = SSL_load_client_CA_file(ca);
	if (!names)
		return complain(why, what, ca, tls_reason());
	SSL_CTX_set_client_CA_list(ctx, names);
	/* Who comes back with a ticket would not be asked again. */
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
	SSL_CTX_set_num_tickets(ctx, 0);
	return true;
}

static int choose_certificate(SSL *ssl, int *alert, void *arg)
{
	const struct tls_context *c = arg;
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

	(void)alert;
	for (size_t i = 0; name && i < c->count; i++) {
		if (X509_check_host(c->leafs[i], name, 0, 0, NULL) == 1) {
			SSL_set_SSL_CTX(ssl, c->ctxs[i]);
			return SSL_TLSEXT_ERR_OK;
		}
	}
	return SSL_TLSEXT_ERR_NOACK;
}

static int choose_protocol(SSL *ssl, const unsigned char **out,
    unsigned char *len, const unsigned char *in, unsigned n, void *arg)
{
	const struct tls_context *c = arg;
	unsigned char *found;

	(void)ssl;
	if (SSL_select_next_proto(&found, len, c->alpn, c->alpn_len, in, n) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = found;
	return SSL_TLSEXT_ERR_OK;
}

static void set_alpn(struct tls_context *c, const char *alpn)
{
	size_t len = alpn ? strlen(alpn) : 0;

	if (len == 0 || len > TLS_ALPN_MAX)
		return;
	c->alpn[0] = (unsigned char)len;
	memcpy(c->alpn + 1, alpn, len);
	c->alpn_len = (unsigned)len + 1;
}

static SSL_CTX *new_ctx(struct tls_context *c)
{
	SSL_CTX *ctx = SSL_CTX_new(c->server ? TLS_server_method() :
	    TLS_client_method());

	if (!ctx || SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, ciphers) != 1)
		mem_exhausted();
	SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION |
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
	    SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(ctx, 1);
	if (c->verifying)
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER |
		    SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	if (!c->server) {
		SSL_CTX_set_alpn_protos(ctx, c->alpn, c->alpn_len);
		return ctx;
	}
	SSL_CTX_set_tlsext_servername_callback(ctx, choose_certificate);
	SSL_CTX_set_tlsext_servername_arg(ctx, c);
	SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"cup", 3);
	if (c->alpn_len)
		SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, c);
	return ctx;
}

/* Add the nth certificate's context; a client may have none at all. */
static bool add_ctx(struct tls_context *c, const struct tls_config *config,
    size_t nth, struct buf *why)
{
	SSL_CTX *ctx = new_ctx(c);
	const char *key = config->keys && nth < config->count
	    ? config->keys[nth] : NULL;
	const char *cert = NULL;
	uid_t owner = config->owner ? *config->owner : geteuid();

	c->ctxs[c->count++] = ctx;
	if (c->verifying && !trust(c, ctx, config->ca, why))
		return false;
	if (nth >= config->count)
		return true;
	cert = config->certificates[nth];
	return load_chain(c, ctx, &c->leafs[nth], cert, key ? NULL : &owner,
		   why) &&
	    load_key(ctx, key ? key : cert, &owner, why);
}

struct tls_context *tls_context_new(const struct tls_config *config,
    struct buf *why)
{
	struct tls_context *c = mem_zalloc(sizeof(*c));
	size_t n = config->server ? config->count : 1;

	c->refs = 1;
	c->server = config->server;
	c->verifying = config->server ? config->ca != NULL :
	    !config->unverified;
	c->ctxs = mem_zalloc(n * sizeof(SSL_CTX *));
	c->leafs = mem_zalloc(n * sizeof(X509 *));
	set_alpn(c, config->alpn);
	ERR_clear_error();
	if (n == 0) {
		buf_adds(why, "no certificate");
		tls_context_free(c);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		if (!add_ctx(c, config, i, why)) {
			tls_context_free(c);
			return NULL;
		}
	}
	return c;
}

bool tls_context_reload(struct tls_context **context,
    const struct tls_config *config, struct buf *why)
{
	struct tls_context *fresh = tls_context_new(config, why);

	if (!fresh)
		return false;
	tls_context_free(*context);
	*context = fresh;
	return true;
}

time_t tls_context_expires(const struct tls_context *c)
{
	return c->expires;
}

bool tls_context_covers(const struct tls_context *c, const char *name)
{
	for (size_t i = 0; i < c->count; i++) {
		if (c->leafs[i] &&
		    X509_check_host(c->leafs[i], name, 0, 0, NULL) == 1)
			return true;
	}
	return false;
}
