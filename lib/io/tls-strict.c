/* SPDX-License-Identifier: ISC */
/* Certificates that only lenient verifiers take. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "io/tls-internal.h"
#include "io/tls.h"

/* RFC 5280 sections 4.1.2 and 4.2.1; the names of CAs may not be empty, nor
 * may those of others that have no other name. */
static const char *fault_of(X509 *x)
{
	uint32_t flags = X509_get_extension_flags(x);
	bool ca = flags & EXFLAG_CA;
	bool signs = flags & EXFLAG_KUSAGE &&
	    X509_get_key_usage(x) & KU_KEY_CERT_SIGN;
	bool names = X509_get_ext_by_NID(x, NID_subject_alt_name, -1) >= 0;

	if (flags & EXFLAG_INVALID)
		return "has an extension that cannot be read";
	if (ca && !(flags & EXFLAG_BCONS_CRITICAL))
		return "is a CA whose basicConstraints is not critical";
	if (ca && !(flags & EXFLAG_KUSAGE))
		return "is a CA without keyUsage";
	if (ca && !signs)
		return "is a CA whose keyUsage has no keyCertSign";
	if (ca && !X509_get0_subject_key_id(x))
		return "is a CA without subjectKeyIdentifier";
	if (!ca && signs)
		return "is no CA, but its keyUsage has keyCertSign";
	if (!ca && X509_get_pathlen(x) >= 0)
		return "is no CA, but has a pathlen";
	if (!(flags & EXFLAG_SS) && !X509_get0_authority_key_id(x))
		return "has no authorityKeyIdentifier";
	if (X509_NAME_entry_count(X509_get_issuer_name(x)) == 0)
		return "has no issuer";
	if (X509_NAME_entry_count(X509_get_subject_name(x)) == 0 &&
	    (ca || !names))
		return "has no subject";
	return NULL;
}

static bool passes(X509 *x, struct buf *why)
{
	const char *fault = fault_of(x);
	BIO *b;
	char *p;
	long n;

	if (!fault)
		return true;
	b = BIO_new(BIO_s_mem());
	if (!b)
		mem_exhausted();
	X509_NAME_print_ex(b, X509_get_subject_name(x), 0, XN_FLAG_RFC2253);
	n = BIO_get_mem_data(b, &p);
	buf_addf(why, "'%.*s' %s", (int)n, p, fault);
	BIO_free(b);
	return false;
}

/* What is no certificate is for others to say. */
static STACK_OF(X509) *read_all(const char *path)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	struct buf why = BUF_EMPTY;
	BIO *b = tls_open_pem(path, NULL, "certificate", &why);
	X509 *x;

	if (!all)
		mem_exhausted();
	while (b && (x = PEM_read_bio_X509(b, NULL, NULL, NULL))) {
		if (!sk_X509_push(all, x))
			mem_exhausted();
	}
	BIO_free(b);
	buf_release(&why);
	ERR_clear_error();
	return all;
}

static bool issued_one(X509 *ca, STACK_OF(X509) *of)
{
	for (int i = 0; i < sk_X509_num(of); i++) {
		if (X509_check_issued(ca, sk_X509_value(of, i)) == X509_V_OK)
			return true;
	}
	return false;
}

bool tls_strict(const char *certificates, const char *ca, struct buf *why)
{
	STACK_OF(X509) *own = read_all(certificates);
	STACK_OF(X509) *cas = ca ? read_all(ca) : sk_X509_new_null();
	bool fit = true;

	if (!cas)
		mem_exhausted();
	for (int i = 0; fit && i < sk_X509_num(own); i++)
		fit = passes(sk_X509_value(own, i), why);
	for (int i = 0; fit && i < sk_X509_num(cas); i++) {
		if (issued_one(sk_X509_value(cas, i), own))
			fit = passes(sk_X509_value(cas, i), why);
	}
	sk_X509_pop_free(own, X509_free);
	sk_X509_pop_free(cas, X509_free);
	return fit;
}
