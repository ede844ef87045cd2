/* SPDX-License-Identifier: ISC */
/* Taking a file in. */
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "base/quantity.h"
#include "io/post-relay.h"
#include "io/timer.h"
#include "upload/gate-internal.h"
#include "upload/slot-socket.h"
#include "upload/sniff.h"

enum {
	SLOWEST = 8,  /* bytes a millisecond that an upload must have */
	STILL = 1000, /* milliseconds: then it is looked who is there */
};

/* ---- whether it may come */

/* What the slot's client claims of the body; -1: nothing, or no number. */
static int64_t said_length(const struct http_request *r)
{
	uint64_t n;

	return quantity_digits(http_header(r, "Content-Length"), &n)
	    ? (int64_t)n : -1;
}

static struct granted *find_slot(struct gate *g, const struct http_request *r)
{
	struct span target = span_of(http_target(r));
	struct span host = http_header(r, "Host");
	int64_t now = timer_now();
	struct granted *found = slots_find(&g->slots, target, host, now);

	if (found)
		return found;
	/* It was said before the client could know. */
	slot_socket_drain(g->slot_socket);
	return slots_find(&g->slots, target, host, now);
}

static bool same_type(struct span a, struct span b)
{
	return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

/* What was judged is what the server takes, not a part of it or a packed form
 * (RFC 9110 sections 14.5 and 8.4). */
static bool is_plain(const struct http_request *r)
{
	struct span coding = http_header(r, "Content-Encoding");

	return !http_header(r, "Content-Range").p &&
	    (!coding.p || same_type(coding, span_of("identity")));
}

static void refuse_full(struct gate *g, struct http_request *r)
{
	if (!g->full_said)
		g->o.say("the store '%s' is full: no file is taken",
		    store_path(g->store));
	g->full_said = true;
	gate_refuse(r, 507, "there is no room to keep the file");
}

static void refuse_large(struct http_request *r)
{
	http_at_once(r);
	gate_refuse(r, 413, "the file is larger than is allowed here");
}

/* True: it was refused. */
static bool refused(struct gate *g, struct http_request *r,
    const struct granted *slot)
{
	struct span type = http_header(r, "Content-Type");
	int64_t length = said_length(r);

	if (length > 0 && (uint64_t)length > g->o.file_size_max)
		refuse_large(r);
	else if (!slot)
		gate_refuse(r, 404, "there is no such slot, or not any more");
	else if (slot->busy)
		gate_refuse(r, 409, "the file is already on its way");
	else if (slot->slot.size > g->o.file_size_max)
		refuse_large(r);
	else if (length >= 0 && (uint64_t)length != slot->slot.size)
		gate_refuse(r, 403, "the slot is for a file of another size");
	else if (type.p && slot->slot.type.n &&
	    !same_type(type, slot->slot.type))
		gate_refuse(r, 403, "the slot is for a file of another type");
	else if (!is_plain(r))
		gate_refuse(r, 415, "only whole files as they are are taken");
	else if (g->stopping)
		gate_refuse(r, 503, "the gate is being stopped");
	else if (store_room(g->store) < slot->slot.size)
		refuse_full(g, r);
	else
		return false;
	return true;
}

/* ---- taking it in */

static void keep_text(struct buf *b, struct span s)
{
	buf_add(b, s.p, s.n < FILES_NAME_MAX ? s.n : FILES_NAME_MAX);
}

struct upload *upload_begin(struct gate *g, struct http_request *r)
{
	struct granted *slot = find_slot(g, r);
	struct span type = http_header(r, "Content-Type");
	struct upload *u;

	if (refused(g, r, slot))
		return NULL;
	u = mem_zalloc(sizeof(*u));
	u->gate = g;
	u->request = r;
	u->slot = slot;
	slot->busy = true;
	http_patient(r);
	u->began = u->moved = timer_now();
	keep_text(&u->type, slot->slot.type.n ? slot->slot.type : type);
	u->next = g->first;
	if (g->first)
		g->first->prev = u;
	g->first = u;
	if (!spool_begin(&u->spool, g->store))
		upload_fail_disk(u, errno);
	return u;
}

void upload_data(struct upload *u, const char *p, size_t n)
{
	u->moved = timer_now();
	if (u->spool.size + n > u->slot->slot.size)
		upload_fail(u, 403, "the slot is for a file of another size");
	else if (!spool_add(&u->spool, p, n))
		upload_fail_disk(u, errno);
}

static void keep_work(struct job *j)
{
	struct upload *u =
	    (struct upload *)(void *)((char *)j - offsetof(struct upload, job));

	u->error = store_keep(u->gate->store, &u->spool) ? 0 : errno;
	if (!u->error)
		sniff_type(u->gate->sniff, u->spool.fd, &u->content);
}

static void keep_done(struct job *j)
{
	struct upload *u =
	    (struct upload *)(void *)((char *)j - offsetof(struct upload, job));

	if (u->error) {
		upload_fail_disk(u, u->error);
		return;
	}
	u->gate->full_said = false;
	upload_ask(u);
}

void upload_whole(struct upload *u)
{
	if (u->spool.size != u->slot->slot.size) {
		upload_fail(u, 403, "the slot is for a file of another size");
		return;
	}
	u->state = UPLOAD_KEPT;
	u->job = (struct job){.work = keep_work, .done = keep_done};
	worker_give(u->gate->worker, &u->job);
}

/* ---- its end */

void upload_give_back(struct upload *u, bool spent)
{
	if (!u->slot)
		return;
	u->slot->busy = false;
	if (spent)
		slots_spend(&u->gate->slots, u->slot);
	u->slot = NULL;
}

void upload_fail(struct upload *u, int status, const char *text)
{
	u->state = UPLOAD_ANSWERED;
	upload_give_back(u, false);
	spool_drop(&u->spool);
	gate_refuse(u->request, status, text);
}

void upload_fail_disk(struct upload *u, int error)
{
	u->state = UPLOAD_ANSWERED;
	upload_give_back(u, false);
	spool_drop(&u->spool);
	if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
		refuse_full(u->gate, u->request);
		return;
	}
	u->gate->o.say("cannot keep a file in '%s': %s",
	    store_path(u->gate->store), strerror(error));
	gate_refuse(u->request, 500, "the file could not be kept");
}

void upload_over(struct upload *u)
{
	struct gate *g = u->gate;

	relay_cancel(u->relay);
	upload_give_back(u, false);
	spool_drop(&u->spool);
	*(u->prev ? &u->prev->next : &g->first) = u->next;
	if (u->next)
		u->next->prev = u->prev;
	buf_release(&u->q.line);
	buf_release(&u->type);
	buf_release(&u->content);
	buf_release(&u->element);
	buf_release(&u->why);
	buf_release(&u->headers);
	buf_release(&u->body);
	free(u);
}

/* Nothing came for long, or all of it too slowly. */
static bool too_slow(const struct upload *u, int64_t now)
{
	int64_t timeout = (int64_t)u->gate->o.timeout;

	return now - u->moved >= timeout ||
	    now - u->began >=
		timeout + (int64_t)(u->slot->slot.size / SLOWEST);
}

static void cut(struct upload *u, const char *status, const char *text)
{
	u->state = UPLOAD_ANSWERED;
	http_cut(u->request, status, text);
}

void upload_tick(struct gate *g, int64_t now)
{
	struct upload *next;

	for (struct upload *u = g->first; u; u = next) {
		next = u->next;
		if (u->state == UPLOAD_COMING && too_slow(u, now)) {
			cut(u, "408 Request Timeout",
			    "the file came too slowly");
		} else if (u->state == UPLOAD_COMING &&
		    now - u->moved >= STILL && !http_waits(u->request)) {
			cut(u, "400 Bad Request", "the file is not whole");
		} else if (u->state == UPLOAD_ASKED &&
		    now - u->asked >= (int64_t)g->o.hold_timeout) {
			pipeline_drop(g->pipeline, &u->q);
			upload_undecided(u);
		}
	}
}
