/* SPDX-License-Identifier: ISC */
/* TLS sessions. */
#include "io/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "io/tls-internal.h"

struct tls {
	SSL *ssl;
	struct tls_context *context;
	char *error;
	bool failed;	/* nothing more may be asked of OpenSSL */
	bool lost;	/* what was written did not reach the socket */
	bool ended;	/* the peer's close_notify came */
};

/* A bare end of the connection is no fatal error to OpenSSL (the option is
 * set), so that the other direction goes on; only the alert tells it from an
 * end in due form. */
static void note_alert(const SSL *ssl, int where, int what)
{
	struct tls *t = SSL_get_app_data(ssl);

	if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT &&
	    (what & 0xff) == SSL_AD_CLOSE_NOTIFY)
		t->ended = true;
}

static void set_error(struct tls *t, const char *text, const char *more)
{
	struct buf b = BUF_EMPTY;

	buf_addf(&b, more ? "%s: %s" : "%s", text, more);
	free(t->error);
	t->error = buf_detach(&b);
}

/* OpenSSL reads no more from a session of which it could not write something,
 * though the peer's last words may be there. So it believes that it could. */
static long note_loss(BIO *bio, int operation, const char *p, size_t n, int i,
    long l, int result, size_t *done)
{
	int error = errno;
	struct tls *t = (struct tls *)BIO_get_callback_arg(bio);

	(void)p, (void)i, (void)l;
	if (operation != (BIO_CB_WRITE | BIO_CB_RETURN) || result > 0 ||
	    BIO_should_retry(bio))
		return result;
	t->lost = true;
	set_error(t, strerror(error), NULL);
	*done = n;
	return 1;
}

struct tls *tls_new(struct tls_context *c, int fd, const char *name)
{
	struct tls *t = mem_zalloc(sizeof(*t));
	X509_VERIFY_PARAM *param;

	t->context = tls_context_ref(c);
	t->ssl = SSL_new(c->ctxs[0]);
	if (!t->ssl || SSL_set_fd(t->ssl, fd) != 1)
		mem_exhausted();
	BIO_set_callback_arg(SSL_get_wbio(t->ssl), (char *)t);
	BIO_set_callback_ex(SSL_get_wbio(t->ssl), note_loss);
	SSL_set_app_data(t->ssl, t);
	SSL_set_info_callback(t->ssl, note_alert);
	if (c->server) {
		SSL_set_accept_state(t->ssl);
		return t;
	}
	SSL_set_connect_state(t->ssl);
	if (!name)
		return t;
	param = SSL_get0_param(t->ssl);
	X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (X509_VERIFY_PARAM_set1_ip_asc(param, name) != 1 &&
	    (SSL_set_tlsext_host_name(t->ssl, name) != 1 ||
	     SSL_set1_host(t->ssl, name) != 1))
		mem_exhausted();
	ERR_clear_error();
	return t;
}

void tls_free(struct tls *t)
{
	if (!t)
		return;
	SSL_free(t->ssl);
	tls_context_free(t->context);
	free(t->error);
	free(t);
}

/* What an unsuccessful call means. */
static enum tls_result judge(struct tls *t, int rc)
{
	int error = errno;
	long verified;

	switch (SSL_get_error(t->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		return TLS_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return t->ended ? TLS_END : TLS_CUT;
	case SSL_ERROR_SYSCALL:
		t->failed = true;
		ERR_clear_error();
		set_error(t, error ? strerror(error) : "cut off", NULL);
		return error ? TLS_FAILED : TLS_CUT;
	default:
		t->failed = true;
	}
	verified = t->context->verifying ? SSL_get_verify_result(t->ssl) :
	    X509_V_OK;
	set_error(t, tls_reason(), verified == X509_V_OK ? NULL :
	    X509_verify_cert_error_string(verified));
	return TLS_FAILED;
}

enum tls_result tls_handshake(struct tls *t)
{
	int rc;

	if (t->failed)
		return TLS_FAILED;
	ERR_clear_error();
	errno = 0;
	rc = SSL_do_handshake(t->ssl);
	return rc == 1 ? TLS_DONE : judge(t, rc);
}

enum tls_result tls_read(struct tls *t, char *p, size_t size, size_t *done)
{
	int rc;

	*done = 0;
	if (t->failed)
		return TLS_FAILED;
	ERR_clear_error();
	errno = 0;
	rc = SSL_read_ex(t->ssl, p, size, done);
	return rc == 1 ? TLS_DONE : judge(t, rc);
}

enum tls_result tls_write(struct tls *t, const char *p, size_t n,
    size_t *done)
{
	int rc;

	*done = 0;
	if (t->failed || t->lost)
		return TLS_FAILED;
	if (n == 0)
		return TLS_DONE;
	ERR_clear_error();
	errno = 0;
	rc = SSL_write_ex(t->ssl, p, n, done);
	if (!t->lost)
		return rc == 1 ? TLS_DONE : judge(t, rc);
	*done = 0;
	return TLS_FAILED;
}

bool tls_readable(const struct tls *t)
{
	return !t->failed;
}

size_t tls_pending(const struct tls *t)
{
	return t->failed ? 0 : (size_t)SSL_pending(t->ssl);
}

enum tls_result tls_shutdown(struct tls *t)
{
	int rc;

	if (t->failed || t->lost)
		return TLS_FAILED;
	if (SSL_get_shutdown(t->ssl) & SSL_SENT_SHUTDOWN ||
	    SSL_in_init(t->ssl))
		return TLS_DONE;
	ERR_clear_error();
	errno = 0;
	rc = SSL_shutdown(t->ssl);
	return rc >= 0 ? TLS_DONE : judge(t, rc);
}

const char *tls_error(const struct tls *t)
{
	return t->error ? t->error : "";
}

const char *tls_version(const struct tls *t)
{
	return SSL_get_version(t->ssl);
}

const char *tls_cipher(const struct tls *t)
{
	return SSL_get_cipher_name(t->ssl);
}

const char *tls_asked_name(const struct tls *t)
{
	return SSL_get_servername(t->ssl, TLSEXT_NAMETYPE_host_name);
}

bool tls_resumed(const struct tls *t)
{
	return SSL_session_reused(t->ssl) == 1;
}

static X509_NAME *subject_of_peer(const struct tls *t)
{
	X509 *cert = SSL_get0_peer_certificate(t->ssl);

	if (!cert || !t->context->verifying ||
	    SSL_get_verify_result(t->ssl) != X509_V_OK)
		return NULL;
	return X509_get_subject_name(cert);
}

bool tls_peer_subject(const struct tls *t, struct buf *b)
{
	X509_NAME *subject = subject_of_peer(t);
	BIO *bio;
	char *p;
	long n;
	bool printed;

	if (!subject)
		return false;
	bio = BIO_new(BIO_s_mem());
	if (!bio)
		mem_exhausted();
	printed = X509_NAME_print_ex(bio, subject, 0, XN_FLAG_RFC2253) >= 0;
	n = BIO_get_mem_data(bio, &p);
	if (printed)
		buf_add(b, p, (size_t)n);
	BIO_free(bio);
	ERR_clear_error();
	return printed;
}

static bool printable(const unsigned char *p, size_t n)
{
	for (size_t i = 0, step; i < n; i += step) {
		step = utf8_char((const char *)p + i, n - i);
		if (step == 0 || p[i] < 0x20 || p[i] == 0x7f ||
		    (p[i] == 0xc2 && p[i + 1] < 0xa0))
			return false;
	}
	return n > 0;
}

bool tls_peer_name(const struct tls *t, struct buf *b)
{
	X509_NAME *subject = subject_of_peer(t);
	int at = -1, n;
	unsigned char *name = NULL;
	bool good;

	if (subject)
		at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	if (at < 0 ||
	    X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0)
		return false;
	n = ASN1_STRING_to_UTF8(&name, X509_NAME_ENTRY_get_data(
	    X509_NAME_get_entry(subject, at)));
	good = n > 0 && printable(name, (size_t)n);
	if (good)
		buf_add(b, (const char *)name, (size_t)n);
	OPENSSL_free(name);
	ERR_clear_error();
	return good;
}
