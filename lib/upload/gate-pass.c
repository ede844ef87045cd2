/* SPDX-License-Identifier: ISC */
/* Requests that send no file: they pass, and so do their answers. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/post-relay.h"
#include "upload/gate-internal.h"

enum { AHEAD = 128 * 1024 }; /* bytes that the client has still to take */

/* Whether it is a file's that was refused; a server behind other servers is
 * asked by another scheme than the URL has. */
static bool was_refused(struct gate *g, const struct http_request *r)
{
	static const char *const schemes[] = {"https", "http"};
	struct span host = http_header(r, "Host");
	struct buf url = BUF_EMPTY, chars = BUF_EMPTY;
	struct files_entry e;
	bool refused = false;

	for (int i = 0; i < 2 && !refused; i++) {
		buf_reset(&url);
		buf_addf(&url, "%s://", schemes[i]);
		buf_addspan(&url, host);
		buf_adds(&url, http_target(r));
		refused = files_find(store_path(g->store), buf_span(&url), &e,
			      &chars) > 0 &&
		    e.state == FILES_REFUSED;
	}
	buf_release(&url);
	buf_release(&chars);
	return refused;
}

struct pass *pass_begin(struct gate *g, struct http_request *r)
{
	bool options = strcmp(http_method(r), "OPTIONS") == 0;
	struct pass *p;

	if (!options && was_refused(g, r)) {
		gate_refuse(r, 404, "there is no such file");
		return NULL;
	}
	p = mem_zalloc(sizeof(*p));
	p->gate = g;
	p->request = r;
	return p;
}

static void on_head(void *arg, const struct relay_head *h)
{
	struct pass *p = arg;

	http_answer(p->request, h->status);
	gate_answer_headers(p->request, h->headers);
	/* RFC 9110 sections 15.3.5 and 15.4.5: they have no body. */
	if (h->status == 204 || h->status == 304)
		http_answer_body(p->request, (struct span){"", 0});
	else
		http_answer_stream(p->request, h->size);
}

static bool on_data(void *arg, const char *data, size_t n)
{
	struct pass *p = arg;

	p->paused = p->data.len && p->data.len + n > AHEAD;
	if (p->paused)
		return false;
	buf_add(&p->data, data, n);
	http_more(p->request);
	return true;
}

static void on_end(void *arg, const char *why, bool late)
{
	struct pass *p = arg;

	p->relay = NULL;
	p->failed = why != NULL;
	if (http_answered(p->request)) {
		http_more(p->request);
		return;
	}
	p->gate->o.say("cannot ask '%s': %s", p->gate->o.server, why);
	gate_refuse(p->request, late ? 504 : 502, late
		? "the server did not answer in time"
		: "the server could not be reached");
}

static const struct relay_owner relay_calls = {
    .head = on_head,
    .data = on_data,
    .end = on_end,
};

void pass_whole(struct pass *p)
{
	struct relay_request q = {.fd = -1, .owner = &relay_calls, .arg = p};

	p->whole = true;
	p->gate->passing++;
	p->relay = gate_relay(p->gate->passes, p->request, &q);
}

ssize_t pass_read(struct pass *p, char *data, size_t max)
{
	size_t n = p->data.len < max ? p->data.len : max;

	if (!n && p->relay)
		return HTTP_READ_LATER;
	if (!n)
		return p->failed ? HTTP_READ_FAILED : HTTP_READ_END;
	memcpy(data, p->data.data, n);
	buf_consume(&p->data, n);
	if (p->paused && p->relay && p->data.len < AHEAD / 2) {
		p->paused = false;
		relay_resume(p->relay);
	}
	return (ssize_t)n;
}

void pass_over(struct pass *p)
{
	relay_cancel(p->relay);
	p->gate->passing -= p->whole;
	buf_release(&p->data);
	free(p);
}
