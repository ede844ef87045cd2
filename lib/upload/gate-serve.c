/* SPDX-License-Identifier: ISC */
/* What comes to the gate: connections, requests and slots. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "io/listener.h"
#include "io/timer.h"
#include "upload/front.h"
#include "upload/gate-internal.h"
#include "upload/slot-socket.h"

enum { SAID_EVERY = 10000 }; /* milliseconds */

/* ---- requests */

static bool target_valid(const char *target)
{
	if (target[0] != '/' || strlen(target) > FILES_URL_MAX)
		return false;
	for (const char *p = target; *p; p++) {
		if (*p <= ' ' || *p >= 0x7f || *p == '#')
			return false;
	}
	return true;
}

/* What may be there once (RFC 9110 section 5.3), as others may see another one
 * than we do. */
static const char *const single[] = {"Host", "Content-Type",
    "Content-Length", "Content-Encoding", "Content-Range",
    "Transfer-Encoding"};

enum { SINGLE = sizeof(single) / sizeof(*single) };

static void count_single(void *arg, const char *name, const char *value)
{
	unsigned *counts = arg;

	(void)value;
	for (int i = 0; i < SINGLE; i++)
		counts[i] += strcasecmp(name, single[i]) == 0;
}

static bool headers_valid(struct http_request *r)
{
	unsigned counts[SINGLE] = {0};

	http_headers(r, count_single, counts);
	for (int i = 0; i < SINGLE; i++) {
		if (counts[i] > 1)
			return false;
	}
	return http_header(r, "Host").n > 0;
}

static void on_begin(void *arg, struct http_request *r)
{
	struct gate *g = arg;
	struct exchange *e = mem_zalloc(sizeof(*e));
	const char *method = http_method(r);

	http_set_state(r, e);
	/* Who waits for leave to send it is told before. */
	if (http_header(r, "Expect").p)
		http_at_once(r);
	if (!target_valid(http_target(r)) || !headers_valid(r))
		gate_refuse(r, 400, "no such request is understood");
	else if (strcmp(method, "PUT") == 0)
		e->upload = upload_begin(g, r);
	else if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 ||
	    strcmp(method, "OPTIONS") == 0)
		e->pass = pass_begin(g, r);
	else
		gate_refuse(r, 405, "only files are put and got here");
}

static void on_data(struct http_request *r, const char *p, size_t n)
{
	struct exchange *e = http_state(r);

	if (e->upload)
		upload_data(e->upload, p, n);
}

static void on_whole(struct http_request *r)
{
	struct exchange *e = http_state(r);

	if (e->upload)
		upload_whole(e->upload);
	else
		pass_whole(e->pass);
}

static void on_over(struct http_request *r)
{
	struct exchange *e = http_state(r);

	if (e->upload)
		upload_over(e->upload);
	if (e->pass)
		pass_over(e->pass);
	free(e);
}

static ssize_t on_read(struct http_request *r, char *p, size_t max)
{
	struct exchange *e = http_state(r);

	return pass_read(e->pass, p, max);
}

const struct http_owner gate_http = {
    .begin = on_begin,
    .data = on_data,
    .whole = on_whole,
    .over = on_over,
    .read = on_read,
};

/* ---- connections and slots */

static void on_accepted(void *arg, struct listener *l, int fd,
    const struct endpoint *peer)
{
	struct gate *g = arg;

	if (listener_address(l)->tls)
		fronts_serve(g->fronts, fd, g->tls);
	else
		http_serve(g->http, fd, peer);
}

static bool often(int64_t *said)
{
	int64_t now = timer_now();

	if (*said && now - *said < SAID_EVERY)
		return true;
	*said = now;
	return false;
}

static void on_resting(void *arg, struct listener *l, int error)
{
	struct gate *g = arg;

	(void)l;
	if (!often(&g->rest_said))
		g->o.say("no connection is accepted for now: %s",
		    strerror(error));
}

const struct listener_owner gate_connections = {
    .accepted = on_accepted,
    .resting = on_resting,
};

static void on_slot(void *arg, const struct slot *s)
{
	struct gate *g = arg;

	if (slots_add(&g->slots, s, timer_now())) {
		g->room_said = false;
		return;
	}
	if (!g->room_said)
		g->o.say("there are too many slots: files for more are refused");
	g->room_said = true;
}

static void on_bad_slot(void *arg, const char *why)
{
	struct gate *g = arg;

	if (!often(&g->bad_said))
		g->o.say("a line about a slot %s: its file will be refused",
		    why);
}

const struct slot_socket_owner gate_slots = {
    .slot = on_slot,
    .bad = on_bad_slot,
};
