/* SPDX-License-Identifier: ISC */
/* Serving HTTP, by libmicrohttpd. */
#include "upload/http.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/endpoint.h"
#include "io/link.h"
#include "io/ready.h"
#include "io/timer.h"

enum {
	LINGER = 10000, /* milliseconds: for what a client still sends */
};

struct http {
	struct MHD_Daemon *daemon;
	struct ready *ready;
	struct timer *timer;
	struct link_loop *loop;
	struct http_config config;
	const struct http_owner *owner;
	void *arg;
	struct http_request *first;
	bool ending;
};

struct http_request {
	struct http *http;
	struct http_request *prev, *next;
	struct MHD_Connection *connection; /* NULL: its head is not whole */
	const char *method;
	char *target;
	void *state;
	int status;
	struct MHD_Response *response;
	struct buf headers; /* of the answer: name NUL value NUL, ... */
	int linger;	    /* the socket once more; -1: not wanted */
	bool begun, whole, answered, queued, suspended, at_once, cut;
};

/* libmicrohttpd goes on, and says how long it can wait. */
static void run(void *arg)
{
	struct http *h = arg;
	MHD_UNSIGNED_LONG_LONG ms;

	MHD_run(h->daemon);
	if (MHD_get_timeout(h->daemon, &ms) == MHD_YES)
		timer_in(h->timer, ms);
	else
		timer_stop(h->timer);
}

static unsigned seconds(const struct http *h)
{
	return (unsigned)((h->config.timeout + 999) / 1000);
}

static void set_timeout(struct http_request *r, unsigned s)
{
	MHD_set_connection_option(r->connection,
	    MHD_CONNECTION_OPTION_TIMEOUT, s);
}

static void wake(struct http_request *r)
{
	if (!r->suspended)
		return;
	r->suspended = false;
	MHD_resume_connection(r->connection);
	timer_in(r->http->timer, 0);
}

static int socket_of(const struct http_request *r)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    r->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : -1;
}

/* ---- what libmicrohttpd calls */

static void *on_target(void *arg, const char *uri, struct MHD_Connection *c)
{
	struct http *h = arg;
	struct http_request *r = mem_zalloc(sizeof(*r));

	(void)c;
	r->http = h;
	r->linger = -1;
	r->target = mem_strdup(uri);
	r->next = h->first;
	if (h->first)
		h->first->prev = r;
	h->first = r;
	return r;
}

/* A socket that is closed while its peer still sends is reset, and what was
 * written last may be lost with it. */
static void linger(struct http *h, int fd)
{
	static const struct link_owner nobody = {0};

	if (fd >= 0)
		link_close(link_new(h->loop, fd, &nobody, NULL), LINGER);
}

static void on_over(void *arg, struct MHD_Connection *c, void **state,
    enum MHD_RequestTerminationCode code)
{
	struct http *h = arg;
	struct http_request *r = *state;

	*state = NULL;
	if (!r)
		return;
	if (r->begun)
		h->owner->over(r);
	if (r->begun && code == MHD_REQUEST_TERMINATED_COMPLETED_OK)
		MHD_set_connection_option(c, MHD_CONNECTION_OPTION_TIMEOUT,
		    seconds(h));
	if (r->response)
		MHD_destroy_response(r->response);
	if (r->prev)
		r->prev->next = r->next;
	else
		h->first = r->next;
	if (r->next)
		r->next->prev = r->prev;
	linger(h, r->linger);
	free(r->target);
	free(r);
}

static enum MHD_Result queue(struct http_request *r)
{
	enum MHD_Result result;

	if (r->at_once && !r->whole) {
		MHD_add_response_header(r->response, "Connection", "close");
		r->linger = fcntl(socket_of(r), F_DUPFD_CLOEXEC, 0);
	}
	set_timeout(r, seconds(r->http));
	result = MHD_queue_response(r->connection, (unsigned)r->status,
	    r->response);
	MHD_destroy_response(r->response);
	r->response = NULL;
	r->queued = true;
	return result;
}

static enum MHD_Result begin(struct http_request *r)
{
	r->begun = true;
	set_timeout(r, 0);
	r->http->owner->begin(r->http->arg, r);
	return r->response && r->at_once ? queue(r) : MHD_YES;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *c,
    const char *url, const char *method, const char *version,
    const char *data, size_t *n, void **state)
{
	struct http *h = arg;
	struct http_request *r = *state;

	(void)url, (void)version;
	r->connection = c;
	r->method = method;
	if (!r->begun)
		return begin(r);
	if (*n) {
		if (!r->answered && !r->cut)
			h->owner->data(r, data, *n);
		*n = 0;
		return MHD_YES;
	}
	if (!r->whole) {
		r->whole = true;
		if (!r->answered)
			h->owner->whole(r);
	}
	if (r->response)
		return queue(r);
	if (!r->queued) {
		r->suspended = true;
		MHD_suspend_connection(c);
	}
	return MHD_YES;
}

static ssize_t on_read(void *arg, uint64_t pos, char *p, size_t max)
{
	struct http_request *r = arg;
	ssize_t n = r->http->owner->read(r, p, max);

	(void)pos;
	if (n == HTTP_READ_END)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (n == HTTP_READ_FAILED)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (n == HTTP_READ_LATER) {
		r->suspended = true;
		MHD_suspend_connection(r->connection);
	}
	return n;
}

/* ---- life */

struct http *http_new(struct event_base *base, struct link_loop *loop,
    const struct http_config *config, const struct http_owner *owner,
    void *arg)
{
	struct http *h = mem_zalloc(sizeof(*h));
	const union MHD_DaemonInfo *info;

	*h = (struct http){.loop = loop, .config = *config, .owner = owner,
	    .arg = arg};
	h->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET |
		MHD_ALLOW_SUSPEND_RESUME,
	    0, NULL, NULL, on_request, h,
	    MHD_OPTION_CONNECTION_LIMIT, config->connections,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, config->per_peer,
	    MHD_OPTION_CONNECTION_TIMEOUT, seconds(h),
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_MEMORY,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_URI_LOG_CALLBACK, on_target, h,
	    MHD_OPTION_NOTIFY_COMPLETED, on_over, h, MHD_OPTION_END);
	info = h->daemon ? MHD_get_daemon_info(h->daemon,
			       MHD_DAEMON_INFO_EPOLL_FD)
			 : NULL;
	if (!info) {
		free(h);
		return NULL;
	}
	h->timer = timer_new(base, run, h);
	h->ready = ready_new(base, info->epoll_fd, false, run, h);
	ready_want(h->ready, true);
	return h;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	h->ending = true;
	/* It must have none that is suspended. */
	for (struct http_request *r = h->first; r; r = r->next) {
		if (r->suspended)
			shutdown(socket_of(r), SHUT_RDWR);
		wake(r);
	}
	ready_free(h->ready);
	MHD_stop_daemon(h->daemon);
	timer_free(h->timer);
	free(h);
}

void http_serve(struct http *h, int fd, const struct endpoint *peer)
{
	/* It closes what it does not take. */
	if (MHD_add_connection(h->daemon, fd,
		(const struct sockaddr *)&peer->addr, peer->len) == MHD_YES)
		timer_in(h->timer, 0);
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

	if (!r->suspended)
		return true;
	n = recv(socket_of(r), &c, 1, MSG_PEEK | MSG_DONTWAIT);
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
	wake(r);
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
	    HTTP_MEMORY / 2, on_read, r, NULL));
}

bool http_answered(const struct http_request *r)
{
	return r->answered;
}

void http_at_once(struct http_request *r)
{
	r->at_once = true;
}

void http_more(struct http_request *r)
{
	wake(r);
}

/* libmicrohttpd answers only whole requests, so this is written past it: it
 * has not written anything yet but perhaps "100 Continue". */
void http_cut(struct http_request *r, const char *status, const char *text)
{
	struct buf b = BUF_EMPTY;
	int fd = socket_of(r);

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
