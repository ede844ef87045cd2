/* SPDX-License-Identifier: ISC */
/* The status socket: lines of a key and a value. */
#include "live/status.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "io/listener.h"
#include "io/timer.h"
#include "live/component.h"
#include "live/internal.h"
#include "live/notice.h"
#include "live/release.h"

struct status {
	struct proxy *proxy;
	struct listener *listener;
};

static void number(struct buf *b, const char *key, uint64_t value)
{
	buf_addf(b, "%s %" PRIu64 "\n", key, value);
}

static void traffic(const struct proxy *p, struct buf *b)
{
	const struct proxy_counts *c = &p->count;

	number(b, "sent", c->sent);
	number(b, "received", c->received);
	number(b, "returned", c->returned);
	number(b, "discarded", c->discarded);
	number(b, "bounced", c->bounced);
	number(b, "abandoned", c->abandoned);
	number(b, "passed-unlogged", c->passed);
	number(b, "late", c->late);
	number(b, "clients-refused", c->refused_clients);
	number(b, "records-in", c->records_in);
	number(b, "records-out", c->records_out);
}

static void write_all(const struct proxy *p, struct buf *b)
{
	static const char *const states[] = {"down", "starting", "up"};
	static const char *const failures[] = {"bounce", "hold", "pass"};
	char started[STAMP_LEN];
	int64_t now = timer_now();
	int64_t rtt = pipeline_rtt(p->pipeline);

	stamp_write(started, p->started);
	number(b, "pid", (uint64_t)getpid());
	buf_addf(b, "started %.*s\n", STAMP_LEN, started);
	buf_addf(b, "state %s\n", p->draining ? "draining" : "running");
	number(b, "clients", p->clients);
	number(b, "logged-in", p->logged_in);
	number(b, "resumable", p->sms.parked);
	number(b, "held", p->held);
	number(b, "held-bytes", p->held_bytes);
	number(b, "stalled-bytes", p->stalled);
	number(b, "oldest-held-ms",
	    p->oldest ? (uint64_t)(now - p->oldest->since) : 0);
	buf_addf(b, "pipeline %s\n", states[pipeline_state(p->pipeline)]);
	if (rtt >= 0)
		buf_addf(b, "pipeline-rtt-ms %.3f\n", (double)rtt / 1000);
	buf_addf(b, "on-failure %s%s\n", failures[p->o.on_failure],
	    p->o.on_failure == PROXY_PASS ? " (UNSAFE)" : "");
	number(b, "notices-pending", notices_pending(p->notices));
	if (p->component)
		buf_addf(b, "return-component %s\n",
		    component_up(p->component) ? "up" : "down");
	if (releases_keeper(p->releases))
		buf_addf(b, "review %s\n", releases_keeper(p->releases));
	if (p->releases)
		number(b, "releases-pending", releases_pending(p->releases));
	if (p->slots) {
		buf_addf(b, "gate %s\n", slots_state(p->slots));
		number(b, "slots", slots_told(p->slots));
	}
	traffic(p, b);
	decided_write(&p->decided, b);
}

/* Nothing is read from who asks. */
static void ignore_step(struct link *l, void *arg, enum link_step step)
{
	(void)l;
	(void)arg;
	(void)step;
}

static void ignore_data(struct link *l, void *arg, const char *p, size_t n)
{
	(void)l;
	(void)arg;
	(void)p;
	(void)n;
}

static void ignore_end(struct link *l, void *arg, enum link_end end,
    const char *why)
{
	(void)l;
	(void)arg;
	(void)end;
	(void)why;
}

static const struct link_owner nobody = {
    .step = ignore_step,
    .data = ignore_data,
    .end = ignore_end,
};

static void on_accepted(void *arg, struct listener *l, int fd,
    const struct endpoint *peer)
{
	struct status *s = arg;
	struct link *link = link_new(s->proxy->loop, fd, &nobody, s);
	struct buf out = BUF_EMPTY;

	(void)l;
	(void)peer;
	write_all(s->proxy, &out);
	link_write(link, out.data, out.len);
	link_close(link, SESSION_CLOSE);
	buf_release(&out);
}

static void on_resting(void *arg, struct listener *l, int error)
{
	(void)arg;
	(void)l;
	(void)error;
}

static const struct listener_owner listener_calls = {
    .accepted = on_accepted,
    .resting = on_resting,
};

struct status *status_new(struct proxy *p, struct buf *why)
{
	struct status *s = mem_zalloc(sizeof(*s));

	s->proxy = p;
	s->listener = listener_open(p->base, p->o.status, p->o.listen_pid,
	    p->o.listen_fds, p->o.listen_names, &listener_calls, s, why);
	if (s->listener)
		return s;
	free(s);
	return NULL;
}

void status_free(struct status *s)
{
	if (!s)
		return;
	listener_free(s->listener);
	free(s);
}
