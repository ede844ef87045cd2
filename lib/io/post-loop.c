/* SPDX-License-Identifier: ISC */
/* libcurl's sockets and timer in an event loop. */
#include <event2/event.h>

#include "base/mem.h"
#include "io/post-internal.h"
#include "io/post.h"

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct post_loop *p = arg;
	int running, action = (what & EV_READ ? CURL_CSELECT_IN : 0) |
	    (what & EV_WRITE ? CURL_CSELECT_OUT : 0);

	curl_multi_socket_action(p->multi, fd, action, &running);
	p->moved(p->arg);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct post_loop *p = arg;
	int running;

	(void)fd, (void)what;
	curl_multi_socket_action(p->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	p->moved(p->arg);
}

static int watch(CURL *easy, curl_socket_t fd, int what, void *arg,
    void *socket)
{
	struct post_loop *p = arg;
	struct event *event = socket;
	short kind = EV_PERSIST;

	(void)easy;
	if (event)
		event_free(event);
	event = NULL;
	if (what != CURL_POLL_REMOVE) {
		kind |= what & CURL_POLL_IN ? EV_READ : 0;
		kind |= what & CURL_POLL_OUT ? EV_WRITE : 0;
		event = event_new(p->base, fd, kind, on_socket, p);
		if (!event || event_add(event, NULL) < 0)
			mem_exhausted();
	}
	curl_multi_assign(p->multi, fd, event);
	return 0;
}

static int set_timer(CURLM *multi, long ms, void *arg)
{
	struct post_loop *p = arg;
	struct timeval wait = {ms / 1000, ms % 1000 * 1000};

	(void)multi;
	if (ms < 0)
		event_del(p->timer);
	else if (event_add(p->timer, &wait) < 0)
		mem_exhausted();
	return 0;
}

void post_loop_init(struct post_loop *p, struct event_base *base,
    void (*moved)(void *arg), void *arg)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		mem_exhausted();
	*p = (struct post_loop){.base = base, .moved = moved, .arg = arg};
	p->multi = curl_multi_init();
	p->timer = event_new(base, -1, 0, on_timer, p);
	if (!p->multi || !p->timer)
		mem_exhausted();
	curl_multi_setopt(p->multi, CURLMOPT_SOCKETFUNCTION, watch);
	curl_multi_setopt(p->multi, CURLMOPT_SOCKETDATA, p);
	curl_multi_setopt(p->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(p->multi, CURLMOPT_TIMERDATA, p);
	curl_multi_setopt(p->multi, CURLMOPT_PIPELINING,
	    (long)CURLPIPE_MULTIPLEX);
	/* Two more, so that a ping need not wait for answers. */
	curl_multi_setopt(p->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
	    (long)POST_SINGLE + 2);
	curl_multi_setopt(p->multi, CURLMOPT_MAX_CONCURRENT_STREAMS,
	    (long)POST_SHARED + 2);
}

void post_loop_release(struct post_loop *p)
{
	curl_multi_cleanup(p->multi);
	event_free(p->timer);
	curl_global_cleanup();
}
