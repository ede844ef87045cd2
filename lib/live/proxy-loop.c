/* SPDX-License-Identifier: ISC */
/* The proxy's listeners, clock and signals. */
#include "live/proxy-loop.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/listener.h"
#include "io/timer.h"
#include "live/component.h"
#include "live/internal.h"
#include "live/memory.h"
#include "live/notice.h"
#include "live/proxy-tls.h"
#include "live/release.h"
#include "live/slots.h"
#include "live/status.h"

enum {
	TICK = 100, /* milliseconds */
	REST_SAID = 10000,
	FAREWELL = 1000, /* for who has been told all to end its side */
};

static void on_accepted(void *arg, struct listener *l, int fd,
    const struct endpoint *peer)
{
	session_new(arg, fd, l, peer);
}

static void on_resting(void *arg, struct listener *l, int error)
{
	struct proxy *p = arg;
	int64_t now = timer_now();

	(void)l;
	if (p->rest_said && now - p->rest_said < REST_SAID)
		return;
	p->rest_said = now;
	p->o.say("no connection is accepted for now: %s", strerror(error));
}

static const struct listener_owner listener_calls = {
    .accepted = on_accepted,
    .resting = on_resting,
};

static void pipeline_changed(void *arg, enum pipeline_state state)
{
	static const char *const words[] = {"down", "starting", "up"};
	struct proxy *p = arg;

	p->quickest = 0;
	p->working = false;
	if (p->o.pipeline_is)
		p->o.pipeline_is(words[state]);
	if (state == PIPELINE_UP)
		verdict_retry(p);
}

static void pipeline_ended(void *arg)
{
	struct proxy *p = arg;

	p->pipeline_ended = true;
	notices_end(p->notices);
}

/* The first of its answers shows that it does more than to start. */
static void pipeline_answer(void *arg, struct question *q,
    const struct record *r)
{
	struct proxy *p = arg;

	if (!p->working && p->o.pipeline_is)
		p->o.pipeline_is("working");
	p->working = true;
	verdict_answer(p, q, r);
}

static const struct pipeline_owner pipeline_calls = {
    .answer = pipeline_answer,
    .garbled = verdict_garbled,
    .unjudged = verdict_unjudged,
    .given_up = verdict_given_up,
    .stray = verdict_stray,
    .state = pipeline_changed,
    .ended = pipeline_ended,
};

/* While it drains: what is not decided by then is given up. */
static void drain_tick(struct proxy *p, int64_t now)
{
	if (now >= p->drain_until) {
		while (p->sessions)
			session_fail(p->sessions, "system-shutdown", NULL,
			    "the node was stopped");
	}
	if (p->sessions)
		return;
	if (!p->ended_once) {
		p->ended_once = true;
		verdict_retry(p);
		pipeline_end(p->pipeline);
		releases_end(p->releases);
		p->leave_at = now + FAREWELL;
	}
	p->left = now >= p->leave_at && link_loop_written(p->loop);
}

static void on_tick(void *arg)
{
	struct proxy *p = arg;
	int64_t now = timer_now();

	timer_in(p->tick, TICK);
	/* It may have become slower: double it in some 20 seconds. */
	p->quickest += p->quickest / 256 + (p->quickest > 0);
	verdict_deadlines(p, now);
	if (p->retry_at && now >= p->retry_at)
		verdict_retry(p);
	overtake(p, now);
	/* The large one in the pipeline may have become suspected. */
	if (p->turn && !timer_set(p->turns))
		queue_turn(p);
	notices_tick(p->notices, now);
	releases_tick(p->releases, now);
	memory_tick(p, now);
	sm_expire(&p->sms, now);
	if (p->draining)
		drain_tick(p, now);
	session_reap(p);
}

static void on_relief(void *arg)
{
	memory_tick(arg, timer_now());
}

static void on_reap(void *arg)
{
	session_reap(arg);
}

static void on_hup(void *arg)
{
	struct proxy *p = arg;
	if (p->draining)
		return;
	proxy_tls_reload(p);
	pipeline_renew(p->pipeline);
}

static void on_term(void *arg)
{
	struct proxy *p = arg;
	struct session *next;

	if (p->draining)
		return;
	p->draining = true;
	p->drain_until = timer_now() + (int64_t)p->o.hold_timeout;
	p->o.say("stopping: %zu clients, %zu held", p->clients, p->held);
	if (p->o.stopping)
		p->o.stopping();
	for (size_t i = 0; i < p->listeners; i++)
		listener_pause(p->listener[i]);
	for (struct session *s = p->sessions; s; s = next) {
		next = s->next;
		session_retire(s, "system-shutdown", NULL,
		    "the node was stopped");
	}
}

bool proxy_finished(const struct proxy *p)
{
	return p->draining && p->pipeline_ended && notices_ended(p->notices) &&
	    releases_ended(p->releases) && !p->sessions &&
	    (p->left || !link_loop_closing(p->loop));
}

struct event_base *proxy_base(const struct proxy *p)
{
	return p->base;
}

static bool resolve(struct address *a, struct buf *why)
{
	const char *reason;

	if (a->kind == ADDRESS_UNIX || address_resolve(a, &reason))
		return true;
	buf_addf(why, "cannot resolve '%s': %s", a->text, reason);
	return false;
}

static bool open_listeners(struct proxy *p, struct buf *why)
{
	p->listener = mem_zalloc(p->o.listens * sizeof(*p->listener));
	for (size_t i = 0; i < p->o.listens; i++) {
		struct listener *l = listener_open(p->base, &p->o.listen[i],
		    p->o.listen_pid, p->o.listen_fds, p->o.listen_names,
		    &listener_calls, p, why);

		if (!l)
			return false;
		p->listener[p->listeners++] = l;
		buf_reset(&p->line);
		listener_text(l, &p->line);
		p->o.say("listening on %s", buf_str(&p->line));
	}
	if (!p->o.status)
		return true;
	p->status = status_new(p, why);
	return p->status != NULL;
}

static void open_pipeline(struct proxy *p)
{
	struct pipeline_config config = {.name = "pipeline",
	    .target = p->o.pipeline,
	    .say = p->o.say};

	config.target.tls = p->pipeline_tls;
	config.remote = config.target.address &&
	    config.target.address->kind == ADDRESS_TCP;
	p->pipeline = pipeline_new(p->base, p->loop, &config, &pipeline_calls,
	    p);
	p->notices = notices_new(p, p->o.refused);
	notice_start(p, "");
}

static void open_timers(struct proxy *p)
{
	p->tick = timer_new(p->base, on_tick, p);
	p->reap = timer_new(p->base, on_reap, p);
	p->relief = timer_new(p->base, on_relief, p);
	p->turns = timer_new(p->base, queue_turn, p);
	p->hup = timer_signal(p->base, SIGHUP, on_hup, p);
	p->term = timer_signal(p->base, SIGTERM, on_term, p);
	p->interrupt = timer_signal(p->base, SIGINT, on_term, p);
	timer_in(p->tick, TICK);
}

struct proxy *proxy_open(struct event_base *base,
    const struct proxy_options *o, struct buf *why, int *code)
{
	struct proxy *p = mem_zalloc(sizeof(*p));

	p->o = *o;
	p->base = base;
	p->loop = link_loop_new(base);
	p->xml = xml_new();
	p->recorder.node = span_of(o->node);
	p->started = stamp_now();
	p->sms.max = 2 * (o->max_clients ? o->max_clients : 10000);
	*code = EX_CONFIG;
	if (!proxy_tls_open(p, why))
		goto fail;
	if (!releases_new(&p->releases, p, why))
		goto fail;
	*code = EX_UNAVAILABLE;
	if (!resolve(o->server, why) ||
	    (o->pipeline_address && !resolve(o->pipeline_address, why)) ||
	    (o->component && !resolve(o->component, why)) ||
	    !open_listeners(p, why))
		goto fail;
	open_timers(p);
	open_pipeline(p);
	if (o->component)
		p->component = component_new(p);
	if (o->upload)
		p->slots = slots_new(p);
	if (o->ready)
		o->ready();
	return p;
fail:
	proxy_close(p);
	return NULL;
}

void proxy_close(struct proxy *p)
{
	for (size_t i = 0; i < p->listeners; i++)
		listener_free(p->listener[i]);
	free(p->listener);
	status_free(p->status);
	decided_release(&p->decided);
	component_free(p->component);
	slots_free(p->slots);
	if (p->pipeline)
		verdict_leave(p);
	releases_free(p->releases);
	pipeline_free(p->pipeline);
	notices_free(p->notices);
	link_loop_free(p->loop);
	timer_free(p->tick);
	timer_free(p->reap);
	timer_free(p->relief);
	timer_free(p->turns);
	timer_free(p->hup);
	timer_free(p->term);
	timer_free(p->interrupt);
	proxy_tls_close(p);
	sm_store_release(&p->sms);
	map_release(&p->peers);
	xml_free(p->xml);
	xml_root_release(&p->root);
	stanza_release(&p->stanza);
	buf_release(&p->canon);
	buf_release(&p->out);
	buf_release(&p->line);
	free(p);
}
