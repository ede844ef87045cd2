/* SPDX-License-Identifier: ISC */
/* Sending a file on to the server. */
#include "io/post-relay.h"
#include "upload/gate-internal.h"

enum { ANSWER_MAX = 64 * 1024 }; /* bytes of the body of a server's answer */

static void on_head(void *arg, const struct relay_head *h)
{
	struct upload *u = arg;

	u->status = h->status;
	buf_addspan(&u->headers, h->headers);
}

static bool on_data(void *arg, const char *p, size_t n)
{
	struct upload *u = arg;

	if (u->body.len + n <= ANSWER_MAX)
		buf_add(&u->body, p, n);
	return true;
}

static void on_end(void *arg, const char *why, bool late)
{
	struct upload *u = arg;
	bool taken = !why && u->status >= 200 && u->status < 300;

	u->relay = NULL;
	if (why) {
		u->gate->o.say("cannot forward a file to '%s': %s",
		    u->gate->o.server, why);
		upload_fail(u, late ? 504 : 502, late
			? "the server did not answer in time"
			: "the server could not be reached");
		return;
	}
	u->state = UPLOAD_ANSWERED;
	upload_give_back(u, taken);
	spool_drop(&u->spool);
	http_answer(u->request, u->status);
	gate_answer_headers(u->request, buf_span(&u->headers));
	http_answer_body(u->request, buf_span(&u->body));
}

static const struct relay_owner relay_calls = {
    .head = on_head,
    .data = on_data,
    .end = on_end,
};

void upload_forward(struct upload *u)
{
	struct relay_request q = {.fd = u->spool.fd,
	    .size = u->spool.size,
	    .owner = &relay_calls,
	    .arg = u};

	/* It may try again: then it is told what came of that. */
	if (!http_waits(u->request)) {
		upload_fail(u, 503, "the client went away");
		return;
	}
	u->state = UPLOAD_FORWARDED;
	u->relay = gate_relay(u->gate->forwards, u->request, &q);
}
