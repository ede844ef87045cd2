/* SPDX-License-Identifier: ISC */
/* HTTP POST requests, by libcurl. */
#include "io/post.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/post-internal.h"
#include "io/tls.h"

enum { SPARE_MAX = POST_SHARED };

struct post {
	struct posts *posts;
	struct post *prev, *next;
	CURL *easy;
	struct curl_slist *list;
	post_done *done;
	void *arg;
	struct buf headers, body;
	char error[CURL_ERROR_SIZE];
	bool too_long;
};

struct posts {
	struct post_loop loop;
	struct tls_context *tls;
	struct post *first;
	CURL *spare[SPARE_MAX]; /* that keep what is the same for all */
	size_t spares;
};

/* ---- one request */

static size_t on_header(char *data, size_t size, size_t n, void *arg)
{
	struct post *post = arg;

	n *= size;
	/* What came before the last status line was not the answer. */
	if (n > 5 && memcmp(data, "HTTP/", 5) == 0)
		buf_reset(&post->headers);
	post->too_long = post->headers.len + n > POST_HEADERS_MAX;
	if (post->too_long)
		return 0;
	buf_add(&post->headers, data, n);
	return n;
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct post *post = arg;

	n *= size;
	post->too_long = post->body.len + n > POST_BODY_MAX;
	if (post->too_long)
		return 0;
	buf_add(&post->body, data, n);
	return n;
}

static CURLcode on_secure(CURL *easy, void *openssl, void *arg)
{
	const struct posts *p = arg;

	(void)easy;
	return tls_context_lend(p->tls, openssl) ? CURLE_OK
						 : CURLE_SSL_CERTPROBLEM;
}

#define SET(easy, option, value)                                               \
	do {                                                                   \
		if (curl_easy_setopt(easy, option, value) == CURLE_OUT_OF_MEMORY) \
			mem_exhausted();                                       \
	} while (0)

/* What all requests have in common. No proxy and no redirect: who is asked is
 * whom the address names. */
static CURL *make_easy(struct posts *p)
{
	CURL *easy = curl_easy_init();

	if (!easy)
		mem_exhausted();
	SET(easy, CURLOPT_POST, 1L);
	SET(easy, CURLOPT_NOSIGNAL, 1L);
	SET(easy, CURLOPT_PROXY, "");
	SET(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	SET(easy, CURLOPT_PIPEWAIT, 1L);
	SET(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	SET(easy, CURLOPT_USERAGENT, "cup-broker/" CUP_VERSION);
	SET(easy, CURLOPT_HEADERFUNCTION, on_header);
	SET(easy, CURLOPT_WRITEFUNCTION, on_body);
	if (p->tls) {
		SET(easy, CURLOPT_CAINFO, NULL);
		SET(easy, CURLOPT_CAPATH, NULL);
		SET(easy, CURLOPT_SSL_CTX_FUNCTION, on_secure);
		SET(easy, CURLOPT_SSL_CTX_DATA, p);
		/* Who resumes a session is who began it. */
		SET(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	}
	return easy;
}

static void add_header(struct post *post, struct buf *line, const char *name,
    struct span value)
{
	struct curl_slist *list;

	buf_reset(line);
	buf_adds(line, name);
	buf_adds(line, ": ");
	buf_addspan(line, value);
	list = curl_slist_append(post->list, buf_str(line));
	if (!list)
		mem_exhausted();
	post->list = list;
}

static void set_headers(struct post *post, const struct post_request *r)
{
	struct buf line = BUF_EMPTY;

	for (size_t i = 0; i < r->header_count; i++)
		add_header(post, &line, r->headers[i].name,
		    r->headers[i].value);
	if (r->type)
		add_header(post, &line, "Content-Type", span_of(r->type));
	post->list = curl_slist_append(post->list, "Expect:");
	if (!r->type)
		post->list = curl_slist_append(post->list, "Content-Type:");
	buf_release(&line);
}

struct post *posts_send(struct posts *p, const struct post_request *r)
{
	struct post *post = mem_zalloc(sizeof(*post));
	CURL *easy = p->spares ? p->spare[--p->spares] : make_easy(p);

	post->posts = p;
	post->easy = easy;
	post->done = r->done;
	post->arg = r->arg;
	set_headers(post, r);
	SET(easy, CURLOPT_URL, r->url);
	SET(easy, CURLOPT_HTTPHEADER, post->list);
	SET(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
	SET(easy, CURLOPT_POSTFIELDS, r->body.n ? r->body.p : "");
	SET(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)r->connect_timeout);
	SET(easy, CURLOPT_TIMEOUT_MS, (long)r->timeout);
	SET(easy, CURLOPT_HEADERDATA, post);
	SET(easy, CURLOPT_WRITEDATA, post);
	SET(easy, CURLOPT_ERRORBUFFER, post->error);
	SET(easy, CURLOPT_PRIVATE, post);
	post->next = p->first;
	if (p->first)
		p->first->prev = post;
	p->first = post;
	if (curl_multi_add_handle(p->loop.multi, easy) != CURLM_OK)
		mem_exhausted();
	return post;
}

void post_cancel(struct post *post)
{
	struct posts *p;

	if (!post)
		return;
	p = post->posts;
	curl_multi_remove_handle(p->loop.multi, post->easy);
	if (p->spares < SPARE_MAX)
		p->spare[p->spares++] = post->easy;
	else
		curl_easy_cleanup(post->easy);
	if (post->prev)
		post->prev->next = post->next;
	else
		p->first = post->next;
	if (post->next)
		post->next->prev = post->prev;
	curl_slist_free_all(post->list);
	buf_release(&post->headers);
	buf_release(&post->body);
	free(post);
}

/* ---- what is done */

/* RFC 9113 section 8.1: a server that needs no more of the request may end the
 * stream as soon as its answer is complete. */
static bool complete(const struct post *post, CURLcode code)
{
	curl_off_t size = -1;
	long status = 0;

	if (code == CURLE_OK)
		return true;
	if (code != CURLE_HTTP2_STREAM)
		return false;
	curl_easy_getinfo(post->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(post->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
	    &size);
	return status == 204 || status >= 400 ||
	    (status == 200 && size >= 0 && (size_t)size == post->body.len);
}

static void finish(struct post *post, CURLcode code)
{
	struct post_reply reply = {.status = 0};
	curl_off_t wait = 0;
	long status = 0, version = 0;

	if (code == CURLE_OUT_OF_MEMORY)
		mem_exhausted();
	if (complete(post, code)) {
		curl_easy_getinfo(post->easy, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(post->easy, CURLINFO_HTTP_VERSION, &version);
		curl_easy_getinfo(post->easy, CURLINFO_RETRY_AFTER, &wait);
	} else {
		reply.why = post->too_long ? "its answer is too long"
		    : post->error[0] ? post->error : curl_easy_strerror(code);
	}
	reply.reset = code == CURLE_HTTP2_STREAM;
	reply.status = (int)status;
	reply.shared = version >= CURL_HTTP_VERSION_2_0;
	reply.retry_after = wait > 0 ? (uint64_t)wait * 1000 : 0;
	reply.body = buf_span(&post->body);
	reply.headers = &post->headers;
	post->done(post->arg, post, &reply);
	post_cancel(post);
}

static void collect(void *arg)
{
	struct posts *p = arg;
	struct post *post;
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(p->loop.multi, &left)) != NULL) {
		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &post);
		finish(post, m->data.result);
	}
}

/* ---- life */

const char *post_url_check(const char *url)
{
	CURLU *u = curl_url();
	CURLUcode code;

	if (!u)
		mem_exhausted();
	code = curl_url_set(u, CURLUPART_URL, url, 0);
	curl_url_cleanup(u);
	return code == CURLUE_OK ? NULL : "no such URL can be";
}

struct posts *posts_new(struct event_base *base, struct tls_context *tls)
{
	struct posts *p = mem_zalloc(sizeof(*p));

	p->tls = tls;
	post_loop_init(&p->loop, base, collect, p);
	return p;
}

void posts_secure(struct posts *p, struct tls_context *tls)
{
	p->tls = tls;
}

void posts_free(struct posts *p)
{
	if (!p)
		return;
	while (p->first)
		post_cancel(p->first);
	while (p->spares)
		curl_easy_cleanup(p->spare[--p->spares]);
	post_loop_release(&p->loop);
	free(p);
}
