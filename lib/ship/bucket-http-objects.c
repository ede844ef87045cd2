/* SPDX-License-Identifier: ISC */
/* What is asked of a bucket. */
#include <nettle/base64.h>
#include <string.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/stamp.h"
#include "record/reader.h"
#include "ship/bucket-http-internal.h"

enum { BASE64 = BASE64_ENCODE_RAW_LENGTH(BUCKET_SHA256) + 1 };

static size_t on_read(char *p, size_t size, size_t n, void *arg)
{
	const struct bucket_http *h = arg;
	ssize_t got = reader_read(h->fd, p, size * n);

	return got < 0 ? CURL_READFUNC_ABORT : (size_t)got;
}

/* A connection that was kept may be gone: it begins again on another. */
static int on_seek(void *arg, curl_off_t to, int whence)
{
	const struct bucket_http *h = arg;

	return lseek(h->fd, (off_t)to, whence) < 0 ? CURL_SEEKFUNC_FAIL
						   : CURL_SEEKFUNC_OK;
}

enum bucket_answer bucket_http_head(struct bucket_http *h, const char *name,
    struct bucket_told *told)
{
	enum bucket_answer a;
	curl_off_t size = -1;

	http_begin(h, name, EMPTY_SHA256);
	HTTP_SET(h, CURLOPT_NOBODY, 1L);
	http_add(h, "x-amz-checksum-mode", "ENABLED");
	a = http_perform(h);
	curl_easy_getinfo(h->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
	*told = h->told;
	told->size = size < 0 ? BUCKET_UNTOLD : (uint64_t)size;
	return a == BUCKET_EXISTS ? BUCKET_REFUSED : a;
}

static void base64(char out[BASE64], const unsigned char *raw, size_t n)
{
	base64_encode_raw(out, n, raw);
	out[BASE64_ENCODE_RAW_LENGTH(n)] = '\0';
}

static void lock(struct bucket_http *h)
{
	char until[STAMP_LEN + 1];

	if (!h->config->retain)
		return;
	stamp_write(until, stamp_now() + (int64_t)h->config->retain * 1000);
	memcpy(until + 19, "Z", 2);
	http_add(h, "x-amz-object-lock-mode", "COMPLIANCE");
	http_add(h, "x-amz-object-lock-retain-until-date", until);
}

enum bucket_answer bucket_http_put(struct bucket_http *h, const char *name,
    int fd, const struct bucket_digest *d, bool over)
{
	char sha256[2 * BUCKET_SHA256 + 1], coded[BASE64];
	enum bucket_answer a;

	hex_write(sha256, d->sha256, BUCKET_SHA256);
	sha256[2 * BUCKET_SHA256] = '\0';
	http_begin(h, name, sha256);
	base64(coded, d->sha256, BUCKET_SHA256);
	http_add(h, "x-amz-checksum-sha256", coded);
	base64(coded, d->md5, BUCKET_MD5);
	http_add(h, "Content-MD5", coded);
	if (!over)
		http_add(h, "If-None-Match", "*");
	lock(h);
	h->fd = fd;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return http_failed(h, CURLE_READ_ERROR);
	HTTP_SET(h, CURLOPT_UPLOAD, 1L);
	HTTP_SET(h, CURLOPT_READFUNCTION, on_read);
	HTTP_SET(h, CURLOPT_READDATA, h);
	HTTP_SET(h, CURLOPT_SEEKFUNCTION, on_seek);
	HTTP_SET(h, CURLOPT_SEEKDATA, h);
	HTTP_SET(h, CURLOPT_INFILESIZE_LARGE, (curl_off_t)d->size);
	a = http_perform(h);
	/* There is no such bucket. */
	return a == BUCKET_MISSING ? BUCKET_REFUSED : a;
}

enum bucket_answer bucket_http_get(struct bucket_http *h, const char *name,
    uint64_t max, struct bucket_digest *d, struct buf *bytes)
{
	struct bucket_digester *digester = bucket_digester_new();
	enum bucket_answer a;

	http_begin(h, name, EMPTY_SHA256);
	HTTP_SET(h, CURLOPT_HTTPGET, 1L);
	h->digester = digester;
	h->bytes = bytes;
	h->max = max;
	a = http_perform(h);
	bucket_digester_end(digester, d);
	bucket_digester_free(digester);
	h->digester = NULL;
	if (h->read > max) {
		d->size = max + 1;
		return BUCKET_YES;
	}
	return a == BUCKET_EXISTS ? BUCKET_REFUSED : a;
}

int bucket_told_same(const struct bucket_told *told,
    const struct bucket_digest *d)
{
	char coded[BASE64], hex[2 * BUCKET_MD5 + 1];

	if (told->size == BUCKET_UNTOLD)
		return -1;
	if (told->size != d->size)
		return 0;
	base64(coded, d->sha256, BUCKET_SHA256);
	if (told->sha256[0] && strlen(told->sha256) == strlen(coded))
		return strcmp(told->sha256, coded) == 0;
	/* Of what is encrypted by another's key it is something else. */
	hex_write(hex, d->md5, BUCKET_MD5);
	hex[2 * BUCKET_MD5] = '\0';
	return strcmp(told->etag, hex) == 0 ? 1 : -1;
}
