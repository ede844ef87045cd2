/* SPDX-License-Identifier: ISC */
/* Serving HTTP, by libmicrohttpd. */
#include "upload/http.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/endpoint.h"
#include "io/link.h"
#include "io/ready.h"
#include "io/timer.h"
#include "upload/http-internal.h"

enum {
	LINGER = 10000, /* milliseconds: for what a client still sends */
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
		r->linger = fcntl(http_socket(r), F_DUPFD_CLOEXEC, 0);
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

ssize_t http_read(void *arg, uint64_t pos, char *p, size_t max)
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
	/* It must have none that is suspended. */
	for (struct http_request *r = h->first; r; r = r->next) {
		if (r->suspended)
			shutdown(http_socket(r), SHUT_RDWR);
		http_wake(r);
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
