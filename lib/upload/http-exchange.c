/* SPDX-License-Identifier: ISC */
/* One HTTP request: what was asked, and its answer. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "io/timer.h"
#include "upload/http-internal.h"

void http_wake(struct http_request *r)
{
	if (!r->suspended)
		return;
	r->suspended = false;
	MHD_resume_connection(r->connection);
	timer_in(r->http->timer, 0);
}

int http_socket(const struct http_request *r)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    r->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : -1;
}

/* ---- what was asked */

const char *http_method(const struct http_request *r)
{
	return r->method;
}

const char *http_target(const struct http_request *r)
{
	return r->target;
}

struct span http_header(const struct http_request *r, const char *name)
{
	return span_of(MHD_lookup_connection_value(r->connection,
	    MHD_HEADER_KIND, name));
}

struct walk {
	void (*fn)(void *, const char *, const char *);
	void *arg;
};

static enum MHD_Result on_header(void *arg, enum MHD_ValueKind kind,
    const char *name, const char *value)
{
	struct walk *w = arg;

	(void)kind;
	w->fn(w->arg, name, value ? value : "");
	return MHD_YES;
}

void http_headers(struct http_request *r,
    void (*fn)(void *, const char *name, const char *value), void *arg)
{
	struct walk w = {fn, arg};

	MHD_get_connection_values(r->connection, MHD_HEADER_KIND, on_header,
	    &w);
}

void http_set_state(struct http_request *r, void *state)
{
	r->state = state;
}

void *http_state(const struct http_request *r)
{
	return r->state;
}

bool http_waits(const struct http_request *r)
{
	ssize_t n;
	char c;

	n = recv(http_socket(r), &c, 1, MSG_PEEK | MSG_DONTWAIT);
	return n > 0 || (n < 0 && errno == EAGAIN);
}

/* ---- the answer */

void http_answer(struct http_request *r, int status)
{
	r->answered = true;
	r->status = status;
}

/* RFC 9110 sections 7.6.1 and 7.6.2. */
bool http_hop_by_hop(struct span name)
{
	static const char *const names[] = {"Connection", "Keep-Alive",
	    "Proxy-Connection", "Proxy-Authorization", "TE", "Trailer",
	    "Transfer-Encoding", "Upgrade", "Content-Length", "Expect"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strlen(names[i]) == name.n &&
		    strncasecmp(name.p, names[i], name.n) == 0)
			return true;
	}
	return false;
}

void http_answer_header(struct http_request *r, const char *name,
    struct span value)
{
	if (http_hop_by_hop(span_of(name)))
		return;
	buf_add(&r->headers, name, strlen(name) + 1);
	buf_addspan(&r->headers, value);
	buf_addc(&r->headers, '\0');
}

static void respond(struct http_request *r, struct MHD_Response *response)
{
	const char *p = r->headers.data, *end = p + r->headers.len;

	if (!response)
		mem_exhausted();
	while (p < end) {
		const char *value = p + strlen(p) + 1;

		MHD_add_response_header(response, p, value);
		p = value + strlen(value) + 1;
	}
	buf_release(&r->headers);
	r->response = response;
	http_wake(r);
}

void http_answer_body(struct http_request *r, struct span body)
{
	respond(r, MHD_create_response_from_buffer(body.n,
	    (void *)(uintptr_t)body.p, MHD_RESPMEM_MUST_COPY));
}

void http_answer_stream(struct http_request *r, uint64_t size)
{
	respond(r, MHD_create_response_from_callback(
	    size == HTTP_UNSIZED ? MHD_SIZE_UNKNOWN : size,
	    HTTP_MEMORY / 2, http_read, r, NULL));
}

bool http_answered(const struct http_request *r)
{
	return r->answered;
}

void http_at_once(struct http_request *r)
{
	r->at_once = true;
}

void http_patient(struct http_request *r)
{
	MHD_set_connection_option(r->connection,
	    MHD_CONNECTION_OPTION_TIMEOUT, 0U);
}

void http_more(struct http_request *r)
{
	http_wake(r);
}

/* libmicrohttpd answers only whole requests, so this is written past it: it
 * has not written anything yet but perhaps "100 Continue". */
void http_cut(struct http_request *r, const char *status, const char *text)
{
	struct buf b = BUF_EMPTY;
	int fd = http_socket(r);

	buf_addf(&b, "HTTP/1.1 %s\r\nConnection: close\r\n"
	    "Access-Control-Allow-Origin: *\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Length: %zu\r\n\r\n%s\n", status, strlen(text) + 1, text);
	r->cut = true;
	r->linger = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	(void)send(fd, b.data, b.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	/* It sees an end, and gives the connection up. */
	shutdown(fd, SHUT_RD);
	timer_in(r->http->timer, 0);
	buf_release(&b);
}
