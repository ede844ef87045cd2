/* SPDX-License-Identifier: ISC */
/* A running node: answering who asks for its numbers by HTTP. A request has no
 * content, and each connection is for one. */
#include "node/metrics.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/mem.h"
#include "node/internal.h"
#include "web/answer.h"
#include "web/request.h"

enum {
	SCRAPERS_MAX = 16,
	PATIENCE = 5000, /* milliseconds for a request, and for its answer */
};

struct scraper {
	struct link *link;
	struct metrics *metrics;
	struct scraper *next;
	struct event *timeout;
	struct buf request;
	bool waits; /* for the numbers */
	bool open, bodiless;
};

struct metrics {
	struct node *node;
	struct address address;
	struct listening listening;
	struct event *asked[ADDRESS_SOCKETS_MAX];
	struct scraper *scrapers;
	size_t count;
};

static void drop(struct scraper *s)
{
	struct scraper **at = &s->metrics->scrapers;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	s->metrics->count--;
	link_free(s->link);
	node_event_free(&s->timeout);
	buf_release(&s->request);
	free(s);
}

static void send_all(struct scraper *s, const struct buf *answer)
{
	link_write(s->link, answer->data, answer->len);
	link_close(s->link, PATIENCE);
	s->link = NULL;
	drop(s);
}

static void refuse(struct scraper *s, unsigned status)
{
	struct buf b = BUF_EMPTY;

	answer_error(&b, status, NULL);
	send_all(s, &b);
	buf_release(&b);
}

static void take_request(struct scraper *s, const struct request *r)
{
	s->bodiless = span_is(r->method, "HEAD");
	if (!span_is(r->path, "/metrics")) {
		refuse(s, 404);
		return;
	}
	if (!s->bodiless && !span_is(r->method, "GET")) {
		refuse(s, 405);
		return;
	}
	for (size_t n = 0; n < request_count(r, "Accept") && !s->open; n++) {
		struct span list = request_get(r, "Accept", n), element;

		while ((element = request_element(&list)).p)
			s->open = s->open || span_starts(element,
			    "application/openmetrics-text");
	}
	s->waits = true;
	status_sample(s->metrics->node);
}

static void on_data(struct link *l, void *arg, const char *p, size_t len)
{
	struct scraper *s = arg;
	struct request r;
	unsigned status;

	(void)l;
	if (s->waits)
		return;
	buf_add(&s->request, p, len);
	switch (request_read(&r, buf_span(&s->request), &status)) {
	case REQUEST_MORE:
		break;
	case REQUEST_WHOLE:
		take_request(s, &r);
		break;
	case REQUEST_BAD:
		refuse(s, status);
		break;
	}
}

static void on_step(struct link *l, void *arg, enum link_step step)
{
	(void)l;
	(void)arg;
	(void)step;
}

static void on_end(struct link *l, void *arg, enum link_end end,
    const char *why)
{
	struct scraper *s = arg;

	(void)l;
	(void)why;
	/* Who has asked may end its own direction. */
	if (end == LINK_FAILED || !s->waits)
		drop(s);
}

static void on_timeout(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	drop(arg);
}

static void on_asked(int fd, short what, void *arg)
{
	static const struct link_owner owner = {
	    .step = on_step, .data = on_data, .end = on_end};
	struct metrics *m = arg;
	struct scraper *s;
	int c;

	(void)what;
	while ((c = address_accept(fd, NULL)) >= 0) {
		if (m->count >= SCRAPERS_MAX) {
			close(c);
			continue;
		}
		s = mem_zalloc(sizeof(*s));
		*s = (struct scraper){.metrics = m, .next = m->scrapers};
		m->scrapers = s;
		m->count++;
		s->timeout = node_event(m->node, -1, 0, on_timeout, s);
		node_in(s->timeout, PATIENCE);
		s->link = link_new(m->node->loop, c, &owner, s);
		link_resume(s->link);
	}
}

static void answer(struct scraper *s, const struct buf *text)
{
	struct buf b = BUF_EMPTY;

	buf_addf(&b, "HTTP/1.1 200 OK\r\nContent-Type: %s; charset=utf-8\r\n"
		"Content-Length: %zu\r\nCache-Control: no-store\r\n"
		"Connection: close\r\n\r\n",
	    s->open ? "application/openmetrics-text; version=1.0.0"
		    : "text/plain; version=0.0.4", text->len);
	if (!s->bodiless)
		buf_addspan(&b, buf_span(text));
	send_all(s, &b);
	buf_release(&b);
}

void metrics_sampled(struct node *n)
{
	struct buf text[2] = {BUF_EMPTY, BUF_EMPTY};
	struct scraper *next;

	for (struct scraper *s = n->metrics ? n->metrics->scrapers : NULL; s;
	     s = next) {
		next = s->next;
		if (!s->waits)
			continue;
		if (!text[s->open].len)
			metrics_text(n, s->open, &text[s->open]);
		answer(s, &text[s->open]);
	}
	buf_release(&text[0]);
	buf_release(&text[1]);
}

bool metrics_open(struct node *n, struct buf *why, int *code)
{
	const char *text = n->o.metrics ? n->o.metrics
					: conf_get(&n->conf, "metrics");
	struct metrics *m;
	const char *reason;

	if (!text)
		return true;
	m = mem_zalloc(sizeof(*m));
	if (!address_parse(&m->address, text, &reason)) {
		*code = EX_USAGE;
		buf_addf(why, "metrics: %s: %s\n", text, reason);
		free(m);
		return false;
	}
	m->node = n;
	errno = 0;
	if (address_listen(&m->address, &m->listening, &reason)) {
		n->metrics = m;
		return true;
	}
	*code = errno == EADDRINUSE ? EX_TEMPFAIL : EX_UNAVAILABLE;
	buf_addf(why, "cannot listen on %s: %s\n", text, reason);
	address_release(&m->address);
	free(m);
	return false;
}

void metrics_begin(struct node *n)
{
	struct metrics *m = n->metrics;

	for (size_t i = 0; m && i < m->listening.count; i++) {
		m->asked[i] = node_event(n, m->listening.fds[i],
		    EV_READ | EV_PERSIST, on_asked, m);
		event_add(m->asked[i], NULL);
	}
}

void metrics_status(const struct node *n, struct buf *out)
{
	if (n->metrics)
		status_listener("metrics", &n->metrics->address,
		    &n->metrics->listening, out);
}

void metrics_end(struct node *n)
{
	struct metrics *m = n->metrics;

	if (!m)
		return;
	while (m->scrapers)
		drop(m->scrapers);
	for (size_t i = 0; i < ADDRESS_SOCKETS_MAX; i++)
		node_event_free(&m->asked[i]);
	address_unlisten(&m->address, &m->listening);
	address_release(&m->address);
	free(m);
	n->metrics = NULL;
}
