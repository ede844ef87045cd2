/* SPDX-License-Identifier: ISC */
/* HTTP requests that are passed on, by libcurl. */
#include "io/post-relay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "io/post-internal.h"
#include "io/post.h"

enum { RELAY_BUFFER = 64 * 1024 }; /* bytes, of a transfer and direction */

struct relays {
	struct post_loop loop;
	struct relay *first;
	char *site, *ca;
	uint64_t timeout;
};

struct relay {
	struct relays *relays;
	struct relay *prev, *next;
	CURL *easy;
	struct curl_slist *list;
	const struct relay_owner *owner;
	void *arg;
	int fd;
	uint64_t sent, size;
	struct buf headers;
	int status;
	uint64_t answer; /* bytes of the answer that are said */
	bool told;	 /* the owner has its head */
	char error[CURL_ERROR_SIZE];
};

#define SET(easy, option, value)                                               \
	do {                                                                   \
		if (curl_easy_setopt(easy, option, value) == CURLE_OUT_OF_MEMORY) \
			mem_exhausted();                                       \
	} while (0)

static uint64_t number(struct span s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || n > UINT64_MAX / 100)
			return RELAY_UNSIZED;
		n = 10 * n + (uint64_t)(s.p[i] - '0');
	}
	return s.n ? n : RELAY_UNSIZED;
}

static void take_size(struct relay *r, struct span line)
{
	static const char name[] = "content-length:";
	size_t n = sizeof(name) - 1;

	if (line.n <= n || strncasecmp(line.p, name, n) != 0)
		return;
	line = (struct span){line.p + n, line.n - n};
	while (line.n && (line.p[0] == ' ' || line.p[0] == '\t'))
		line = (struct span){line.p + 1, line.n - 1};
	while (line.n && (unsigned char)line.p[line.n - 1] <= ' ')
		line.n--;
	r->answer = number(line);
}

/* The empty line behind the headers; those of a 1xx answer are not the last,
 * and what comes behind a body is passed over (RFC 9110 section 6.5). */
static void head_ended(struct relay *r)
{
	struct relay_head head;
	long status = 0;

	curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200)
		return;
	r->told = true;
	r->status = (int)status;
	head = (struct relay_head){r->status, r->answer,
	    buf_span(&r->headers)};
	r->owner->head(r->arg, &head);
}

static size_t on_header(char *data, size_t size, size_t n, void *arg)
{
	struct relay *r = arg;
	struct span line = {data, n * size};

	if (r->told)
		return line.n;
	if (span_starts(line, "HTTP/")) {
		buf_reset(&r->headers);
		r->answer = RELAY_UNSIZED;
	} else if (line.n <= 2) {
		head_ended(r);
	} else if (r->headers.len + line.n > POST_HEADERS_MAX) {
		return 0;
	} else {
		take_size(r, line);
		buf_addspan(&r->headers, line);
	}
	return line.n;
}

static size_t on_data(char *data, size_t size, size_t n, void *arg)
{
	struct relay *r = arg;

	n *= size;
	return r->owner->data(r->arg, data, n) ? n : CURL_WRITEFUNC_PAUSE;
}

static size_t on_read(char *data, size_t size, size_t n, void *arg)
{
	struct relay *r = arg;
	uint64_t left = r->size - r->sent;
	ssize_t got;

	n *= size;
	if (n > left)
		n = (size_t)left;
	got = n ? pread(r->fd, data, n, (off_t)r->sent) : 0;
	if (got < 0 || (n && !got))
		return CURL_READFUNC_ABORT;
	r->sent += (uint64_t)got;
	return (size_t)got;
}

/* Where a kept connection turns out to be dead, curl begins again. */
static int on_seek(void *arg, curl_off_t to, int from)
{
	struct relay *r = arg;

	if (from != SEEK_SET || to < 0 || (uint64_t)to > r->size)
		return CURL_SEEKFUNC_CANTSEEK;
	r->sent = (uint64_t)to;
	return CURL_SEEKFUNC_OK;
}

static void add_line(struct relay *r, const char *line)
{
	struct curl_slist *list = curl_slist_append(r->list, line);

	if (!list)
		mem_exhausted();
	r->list = list;
}

/* What curl would say of itself is not said, unless the client did. */
static void set_headers(struct relay *r, const struct relay_request *q)
{
	static const char *const own[] = {"Accept:", "Expect:", "User-Agent:",
	    "Content-Type:"};

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) {
		bool said = false;

		for (size_t k = 0; k < q->header_count; k++)
			said |= strncasecmp(q->headers[k], own[i],
			    strlen(own[i])) == 0;
		if (!said)
			add_line(r, own[i]);
	}
	for (size_t k = 0; k < q->header_count; k++)
		add_line(r, q->headers[k]);
	SET(r->easy, CURLOPT_HTTPHEADER, r->list);
}

static void set_body(struct relay *r)
{
	if (r->fd < 0)
		return;
	SET(r->easy, CURLOPT_UPLOAD, 1L);
	SET(r->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)r->size);
	SET(r->easy, CURLOPT_READFUNCTION, on_read);
	SET(r->easy, CURLOPT_READDATA, r);
	SET(r->easy, CURLOPT_SEEKFUNCTION, on_seek);
	SET(r->easy, CURLOPT_SEEKDATA, r);
	SET(r->easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)RELAY_BUFFER);
}

static void set_easy(struct relay *r, const struct relay_request *q)
{
	CURL *easy = r->easy;

	SET(easy, CURLOPT_URL, r->relays->site);
	SET(easy, CURLOPT_REQUEST_TARGET, q->target);
	SET(easy, CURLOPT_NOSIGNAL, 1L);
	SET(easy, CURLOPT_PROXY, "");
	SET(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (r->relays->ca)
		SET(easy, CURLOPT_CAINFO, r->relays->ca);
	SET(easy, CURLOPT_BUFFERSIZE, (long)RELAY_BUFFER);
	SET(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)r->relays->timeout);
	SET(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	SET(easy, CURLOPT_LOW_SPEED_TIME,
	    (long)((r->relays->timeout + 999) / 1000));
	SET(easy, CURLOPT_HEADERFUNCTION, on_header);
	SET(easy, CURLOPT_HEADERDATA, r);
	SET(easy, CURLOPT_WRITEFUNCTION, on_data);
	SET(easy, CURLOPT_WRITEDATA, r);
	SET(easy, CURLOPT_ERRORBUFFER, r->error);
	SET(easy, CURLOPT_PRIVATE, r);
	set_body(r);
	if (strcmp(q->method, "HEAD") == 0)
		SET(easy, CURLOPT_NOBODY, 1L);
	else
		SET(easy, CURLOPT_CUSTOMREQUEST, q->method);
}

struct relay *relays_send(struct relays *p, const struct relay_request *q)
{
	struct relay *r = mem_zalloc(sizeof(*r));

	*r = (struct relay){.relays = p, .owner = q->owner, .arg = q->arg,
	    .fd = q->fd, .size = q->size, .answer = RELAY_UNSIZED};
	r->easy = curl_easy_init();
	if (!r->easy)
		mem_exhausted();
	set_easy(r, q);
	set_headers(r, q);
	r->next = p->first;
	if (p->first)
		p->first->prev = r;
	p->first = r;
	if (curl_multi_add_handle(p->loop.multi, r->easy) != CURLM_OK)
		mem_exhausted();
	return r;
}

void relay_cancel(struct relay *r)
{
	struct relays *p;

	if (!r)
		return;
	p = r->relays;
	curl_multi_remove_handle(p->loop.multi, r->easy);
	curl_easy_cleanup(r->easy);
	if (r->prev)
		r->prev->next = r->next;
	else
		p->first = r->next;
	if (r->next)
		r->next->prev = r->prev;
	curl_slist_free_all(r->list);
	buf_release(&r->headers);
	free(r);
}

void relay_resume(struct relay *r)
{
	curl_easy_pause(r->easy, CURLPAUSE_CONT);
}

static void finish(struct relay *r, CURLcode code)
{
	const char *why = NULL;

	if (code == CURLE_OUT_OF_MEMORY)
		mem_exhausted();
	if (code != CURLE_OK)
		why = r->error[0] ? r->error : curl_easy_strerror(code);
	else if (!r->told)
		why = "its answer has no head";
	r->owner->end(r->arg, why, code == CURLE_OPERATION_TIMEDOUT);
	relay_cancel(r);
}

static void collect(void *arg)
{
	struct relays *p = arg;
	struct relay *r;
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(p->loop.multi, &left)) != NULL) {
		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &r);
		finish(r, m->data.result);
	}
}

struct relays *relays_new(struct event_base *base, const char *site,
    const char *ca, size_t connections, uint64_t timeout)
{
	struct relays *p = mem_zalloc(sizeof(*p));

	p->site = mem_strdup(site);
	p->ca = ca ? mem_strdup(ca) : NULL;
	p->timeout = timeout;
	post_loop_init(&p->loop, base, collect, p);
	curl_multi_setopt(p->loop.multi, CURLMOPT_MAX_HOST_CONNECTIONS,
	    (long)connections);
	return p;
}

void relays_free(struct relays *p)
{
	if (!p)
		return;
	while (p->first)
		relay_cancel(p->first);
	post_loop_release(&p->loop);
	free(p->site);
	free(p->ca);
	free(p);
}
