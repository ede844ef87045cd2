/* SPDX-License-Identifier: ISC */
/* Objects of a bucket, by libcurl and its AWS signature. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ship/bucket-http-internal.h"

enum {
	CONNECT_TIMEOUT = 30, /* seconds, */
	SILENCE = 60,	      /* and after which a transfer is given up */
	ANSWER_MAX = 65536,
};

/* ---- what comes and goes */

static void keep(char *to, size_t size, struct span value)
{
	while (value.n && (value.p[value.n - 1] <= ' ' ||
	    value.p[value.n - 1] == '"'))
		value.n--;
	while (value.n && (*value.p <= ' ' || *value.p == '"'))
		value = (struct span){value.p + 1, value.n - 1};
	if (value.n >= size)
		value.n = 0;
	memcpy(to, value.p, value.n);
	to[value.n] = '\0';
}

static bool header(const char *p, size_t n, const char *name,
    struct span *value)
{
	size_t len = strlen(name);

	if (n <= len || p[len] != ':' || strncasecmp(p, name, len) != 0)
		return false;
	*value = (struct span){p + len + 1, n - len - 1};
	return true;
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct bucket_http *h = arg;
	struct span value;

	n *= size;
	/* What came before the last status line was not the answer. */
	if (n > 5 && memcmp(p, "HTTP/", 5) == 0)
		h->told = (struct bucket_told){.size = 0};
	if (header(p, n, "etag", &value))
		keep(h->told.etag, sizeof(h->told.etag), value);
	if (header(p, n, "x-amz-checksum-sha256", &value))
		keep(h->told.sha256, sizeof(h->told.sha256), value);
	return n;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct bucket_http *h = arg;
	long status = 0;

	n *= size;
	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200 || !h->digester) {
		if (h->answer.len + n > ANSWER_MAX)
			return 0;
		buf_add(&h->answer, p, n);
		return n;
	}
	h->read += n;
	if (h->read > h->max)
		return 0;
	bucket_digester_add(h->digester, p, n);
	if (h->bytes)
		buf_add(h->bytes, p, n);
	return n;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c,
    curl_off_t d)
{
	const struct bucket_http *h = arg;

	(void)a, (void)b, (void)c, (void)d;
	return journals_ending(h->journals, 0);
}

/* ---- one request */

void http_add(struct bucket_http *h, const char *name, const char *value)
{
	struct curl_slist *more;

	buf_reset(&h->line);
	buf_addf(&h->line, "%s: %s", name, value);
	more = curl_slist_append(h->list, buf_str(&h->line));
	if (!more)
		mem_exhausted();
	h->list = more;
}

/* What all have in common. No proxy and no redirect: who is asked is whom the
 * target names. The digest of what is sent is given to the signature, as else
 * it would be of bytes in memory, or of none. */
void http_begin(struct bucket_http *h, const char *name, const char *sha256)
{
	const struct bucket_target *t = h->target;

	curl_easy_reset(h->curl);
	curl_slist_free_all(h->list);
	h->list = NULL;
	buf_reset(&h->answer);
	h->error[0] = '\0';
	h->told = (struct bucket_told){.size = 0};
	h->digester = NULL;
	h->bytes = NULL;
	h->read = 0;
	buf_reset(&h->url);
	buf_addf(&h->url, "%.*s%s", SPAN_ARG(buf_span(&t->url)), name);
	HTTP_SET(h, CURLOPT_URL, buf_str(&h->url));
	HTTP_SET(h, CURLOPT_PROTOCOLS_STR, "https");
	HTTP_SET(h, CURLOPT_PROXY, "");
	HTTP_SET(h, CURLOPT_NOSIGNAL, 1L);
	HTTP_SET(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	HTTP_SET(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	HTTP_SET(h, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT);
	HTTP_SET(h, CURLOPT_LOW_SPEED_LIMIT, 1L);
	HTTP_SET(h, CURLOPT_LOW_SPEED_TIME, (long)SILENCE);
	HTTP_SET(h, CURLOPT_USERAGENT, "cup-ship/" CUP_VERSION);
	HTTP_SET(h, CURLOPT_ERRORBUFFER, h->error);
	HTTP_SET(h, CURLOPT_HEADERFUNCTION, on_header);
	HTTP_SET(h, CURLOPT_HEADERDATA, h);
	HTTP_SET(h, CURLOPT_WRITEFUNCTION, on_body);
	HTTP_SET(h, CURLOPT_WRITEDATA, h);
	HTTP_SET(h, CURLOPT_XFERINFOFUNCTION, on_progress);
	HTTP_SET(h, CURLOPT_XFERINFODATA, h);
	HTTP_SET(h, CURLOPT_NOPROGRESS, 0L);
	HTTP_SET(h, CURLOPT_AWS_SIGV4, t->region.data);
	HTTP_SET(h, CURLOPT_USERNAME, t->id.data);
	HTTP_SET(h, CURLOPT_PASSWORD, t->secret.data);
	if (h->config->ca)
		HTTP_SET(h, CURLOPT_CAINFO, h->config->ca);
	http_add(h, "x-amz-content-sha256", sha256);
	if (t->token.len)
		http_add(h, "x-amz-security-token", t->token.data);
}

/* What stands between <tag> and </tag> of an answer, which is XML that only a
 * person is to read. */
static struct span element(struct span text, const char *tag)
{
	char open[16], close[16];
	const char *p, *end;

	snprintf(open, sizeof(open), "<%s>", tag);
	snprintf(close, sizeof(close), "</%s>", tag);
	p = strstr(text.p, open);
	end = p ? strstr(p, close) : NULL;
	if (!end)
		return (struct span){NULL, 0};
	p += strlen(open);
	return (struct span){p, (size_t)(end - p)};
}

static void tell(struct bucket_http *h, long status)
{
	struct span answer = {buf_str(&h->answer), h->answer.len};
	struct span code = element(answer, "Code");
	struct span message = element(answer, "Message");

	buf_addf(&h->why, "'%s': answers %ld", h->url.data, status);
	if (code.n)
		buf_addf(&h->why, " %.*s", SPAN_ARG(code));
	if (message.n)
		buf_addf(&h->why, ": %.*s", SPAN_ARG(message));
}

static bool hopeless(CURLcode rc)
{
	return rc == CURLE_PEER_FAILED_VERIFICATION ||
	    rc == CURLE_SSL_CACERT_BADFILE || rc == CURLE_URL_MALFORMAT ||
	    rc == CURLE_UNSUPPORTED_PROTOCOL;
}

enum bucket_answer http_failed(struct bucket_http *h, CURLcode rc)
{
	if (rc == CURLE_OUT_OF_MEMORY)
		mem_exhausted();
	buf_addf(&h->why, "'%s': %s", h->url.data,
	    h->error[0] ? h->error : curl_easy_strerror(rc));
	return hopeless(rc) ? BUCKET_REFUSED : BUCKET_LATER;
}

enum bucket_answer http_perform(struct bucket_http *h)
{
	long status = 0;
	CURLcode rc;

	buf_reset(&h->why);
	HTTP_SET(h, CURLOPT_HTTPHEADER, h->list);
	rc = curl_easy_perform(h->curl);
	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
	/* One that refuses need not take all that is sent. */
	if (rc != CURLE_OK && !(rc == CURLE_SEND_ERROR && status >= 400))
		return http_failed(h, rc);
	if (status == 200)
		return BUCKET_YES;
	tell(h, status);
	if (status == 404)
		return BUCKET_MISSING;
	if (status == 412)
		return BUCKET_EXISTS;
	return status >= 500 && status != 501 ? BUCKET_LATER
	    : status == 408 || status == 409 || status == 429
	    ? BUCKET_LATER
	    : BUCKET_REFUSED;
}

/* ---- life */

const char *bucket_http_why(struct bucket_http *h)
{
	return buf_str(&h->why);
}

struct bucket_http *bucket_http_new(const struct bucket_config *c,
    const struct journals_config *j, const struct bucket_target *t)
{
	struct bucket_http *h = mem_zalloc(sizeof(*h));

	h->config = c;
	h->journals = j;
	h->target = t;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		mem_exhausted();
	h->curl = curl_easy_init();
	if (!h->curl)
		mem_exhausted();
	return h;
}

void bucket_http_free(struct bucket_http *h)
{
	if (!h)
		return;
	curl_easy_cleanup(h->curl);
	curl_slist_free_all(h->list);
	curl_global_cleanup();
	buf_release(&h->url);
	buf_release(&h->line);
	buf_release(&h->why);
	buf_release(&h->answer);
	free(h);
}
