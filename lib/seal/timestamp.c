/* SPDX-License-Identifier: ISC */
/* Time stamps, by OpenSSL. */
#include "seal/timestamp.h"

#include <openssl/ts.h>

#include <nettle/sha2.h>

#include "base/mem.h"
#include "base/uuid.h"
#include "seal/ask.h"

static bool set_imprint(TS_REQ *request, struct span bytes)
{
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algorithm = X509_ALGOR_new();
	unsigned char hash[SHA256_DIGEST_SIZE];
	struct sha256_ctx ctx;
	bool ok;

	sha256_init(&ctx);
	sha256_update(&ctx, bytes.n, (const uint8_t *)bytes.p);
	sha256_digest(&ctx, sizeof(hash), hash);
	ok = imprint && algorithm &&
	    X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL,
		NULL) == 1 &&
	    TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
	    TS_MSG_IMPRINT_set_msg(imprint, hash, sizeof(hash)) == 1 &&
	    TS_REQ_set_msg_imprint(request, imprint) == 1;
	TS_MSG_IMPRINT_free(imprint);
	X509_ALGOR_free(algorithm);
	return ok;
}

/* What it answers with is to be of this request, not of an earlier one. */
static bool set_nonce(TS_REQ *request)
{
	ASN1_INTEGER *nonce = ASN1_INTEGER_new();
	uint64_t number;
	bool ok;

	uuid_random(&number, sizeof(number));
	ok = nonce && ASN1_INTEGER_set_uint64(nonce, number | 1) == 1 &&
	    TS_REQ_set_nonce(request, nonce) == 1;
	ASN1_INTEGER_free(nonce);
	return ok;
}

static TS_REQ *make(struct span bytes)
{
	TS_REQ *request = TS_REQ_new();

	if (!request || TS_REQ_set_version(request, 1) != 1 ||
	    !set_imprint(request, bytes) || !set_nonce(request) ||
	    TS_REQ_set_cert_req(request, 1) != 1)
		mem_exhausted();
	return request;
}

/* Whether the response grants what was asked for. */
static bool granted(TS_REQ *request, struct span der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	TS_RESP *response = d2i_TS_RESP(NULL, &p, (long)der.n);
	TS_VERIFY_CTX *ctx = TS_REQ_to_TS_VERIFY_CTX(request, NULL);
	bool ok = response && ctx && p == (const unsigned char *)der.p + der.n &&
	    TS_RESP_verify_response(ctx, response) == 1;

	TS_VERIFY_CTX_free(ctx);
	TS_RESP_free(response);
	return ok;
}

const char *timestamp_ask(const char *url, struct span bytes, int stop,
    struct buf *out, struct buf *why)
{
	TS_REQ *request = make(bytes);
	unsigned char *der = NULL;
	int len = i2d_TS_REQ(request, &der);
	struct answer a;

	if (len < 0)
		mem_exhausted();
	ask(&a, url, "application/timestamp-query",
	    (struct span){(char *)der, (size_t)len}, stop);
	buf_reset(why);
	if (!a.status)
		buf_addspan(why, buf_span(&a.body));
	else if (a.status != 200)
		buf_addf(why, "answers %d", a.status);
	else if (!granted(request, buf_span(&a.body)))
		buf_adds(why, "gives no stamp of what it was shown");
	else
		buf_addspan(out, buf_span(&a.body));
	answer_release(&a);
	OPENSSL_free(der);
	TS_REQ_free(request);
	return why->len ? buf_str(why) : NULL;
}
