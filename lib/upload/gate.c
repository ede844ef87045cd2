/* SPDX-License-Identifier: ISC */
/* The gate: what it has, and how it begins and ends. */
#include "upload/gate.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/mem.h"
#include "io/link.h"
#include "io/listener.h"
#include "io/loop.h"
#include "io/post-relay.h"
#include "io/timer.h"
#include "io/tls.h"
#include "upload/front.h"
#include "upload/gate-internal.h"
#include "upload/slot-socket.h"
#include "upload/sniff.h"

enum {
	TICK = 100,	   /* milliseconds */
	FORWARDS_MAX = 16, /* files on their way to the server at a time */
};

/* ---- the clock and the signals */

void gate_pipeline(struct gate *g, enum pipeline_state s)
{
	static const char *const words[] = {"down", "starting", "up"};

	g->working = false;
	g->o.pipeline_is(words[s]);
}

void gate_pipeline_works(struct gate *g)
{
	if (!g->working)
		g->o.pipeline_is("working");
	g->working = true;
}

void gate_pipeline_ended(struct gate *g)
{
	loop_stop(g->base);
}

/* What is under way may end, for a while. */
static void stop_tick(struct gate *g, int64_t now)
{
	if (g->ended || ((g->first || g->passing) && now < g->stop_until))
		return;
	g->ended = true;
	pipeline_end(g->pipeline);
}

static void on_tick(void *arg)
{
	struct gate *g = arg;
	int64_t now = timer_now();

	timer_in(g->tick, TICK);
	upload_tick(g, now);
	slots_expire(&g->slots, now);
	fronts_tick(g->fronts, now);
	if (g->stopping)
		stop_tick(g, now);
}

static void tls_config(const struct gate *g, struct tls_config *c)
{
	*c = (struct tls_config){.server = true,
	    .certificates = g->o.certificate,
	    .keys = g->o.key,
	    .count = g->o.certificates,
	    .alpn = "http/1.1"};
}

static void on_hup(void *arg)
{
	struct gate *g = arg;
	struct buf why = BUF_EMPTY;
	struct tls_config c;

	if (g->stopping)
		return;
	tls_config(g, &c);
	if (g->tls && tls_context_reload(&g->tls, &c, &why))
		g->o.say("the certificates were read again");
	else if (g->tls)
		g->o.say("the certificates stay as they were: %s",
		    buf_str(&why));
	buf_release(&why);
	pipeline_renew(g->pipeline);
}

static void on_term(void *arg)
{
	struct gate *g = arg;

	if (g->stopping)
		return;
	g->stopping = true;
	g->stop_until = timer_now() + (int64_t)g->o.hold_timeout;
	g->o.say("stopping");
	g->o.stopping();
	listener_pause(g->listener);
}

/* ---- life */

/* "http[s]://authority", a '/' behind it is none of a path. */
const char *gate_check_server(const char *url)
{
	size_t n = strlen(url);
	struct buf b = BUF_EMPTY;
	struct span target;
	bool bare;

	buf_adds(&b, url);
	if (!n || url[n - 1] != '/')
		buf_addc(&b, '/');
	target = slot_target(buf_span(&b));
	bare = target.p && target.n == 1 && !strchr(url, '@');
	buf_release(&b);
	return bare ? NULL : "is no http://HOST[:PORT] or https://HOST[:PORT]";
}

static bool open_tls(struct gate *g, struct buf *why)
{
	struct tls_config c;

	if (g->o.listen->tls) {
		tls_config(g, &c);
		g->tls = tls_context_new(&c, why);
		if (!g->tls)
			return false;
	}
	if (g->o.pipeline_address && g->o.pipeline_address->tls) {
		c = (struct tls_config){.ca = g->o.pipeline_ca,
		    .certificates = &g->o.pipeline_certificate,
		    .keys = &g->o.pipeline_key,
		    .count = g->o.pipeline_certificate ? 1 : 0};
		g->pipeline_tls = tls_context_new(&c, why);
		if (!g->pipeline_tls)
			return false;
	}
	return true;
}

static bool open_store(struct gate *g, struct buf *why)
{
	g->store = store_open(g->o.store, why);
	g->sniff = g->store ? sniff_new(why) : NULL;
	if (!g->sniff)
		return false;
	g->worker = worker_new(g->base);
	if (!g->worker)
		buf_addf(why, "cannot start a thread: %s", strerror(errno));
	return g->worker != NULL;
}

static bool resolve(struct address *a, struct buf *why)
{
	const char *reason;

	if (!a || a->kind == ADDRESS_UNIX || address_resolve(a, &reason))
		return true;
	buf_addf(why, "cannot resolve '%s': %s", a->text, reason);
	return false;
}

static bool open_http(struct gate *g, struct buf *why)
{
	struct http_config config = {.connections = g->o.max_connections,
	    .per_peer = g->o.max_connections - g->o.max_connections / 4,
	    .timeout = g->o.timeout};

	g->http = http_new(g->base, g->loop, &config, &gate_http, g);
	if (!g->http) {
		buf_adds(why, "cannot start libmicrohttpd");
		return false;
	}
	g->fronts = fronts_new(g->loop, g->http, g->o.timeout,
	    g->o.max_connections);
	g->forwards = relays_new(g->base, g->o.server, g->o.server_ca,
	    FORWARDS_MAX, g->o.timeout);
	g->passes = relays_new(g->base, g->o.server, g->o.server_ca,
	    g->o.max_connections, g->o.timeout);
	return true;
}

static bool open_sockets(struct gate *g, struct buf *why)
{
	struct buf text = BUF_EMPTY;

	g->slot_socket = slot_socket_new(g->base, g->o.slots, &gate_slots, g,
	    why);
	if (!g->slot_socket)
		return false;
	g->listener = listener_open(g->base, g->o.listen, g->o.listen_pid,
	    g->o.listen_fds, g->o.listen_names, &gate_connections, g, why);
	if (!g->listener)
		return false;
	listener_text(g->listener, &text);
	g->o.say("listening on %s", buf_str(&text));
	buf_release(&text);
	return true;
}

static void open_pipeline(struct gate *g)
{
	struct pipeline_config config = {.name = "pipeline",
	    .target = g->o.pipeline,
	    .say = g->o.say};

	config.target.tls = g->pipeline_tls;
	config.remote = g->o.pipeline_address &&
	    g->o.pipeline_address->kind == ADDRESS_TCP;
	g->pipeline = pipeline_new(g->base, g->loop, &config,
	    &upload_pipeline, g);
	g->tick = timer_new(g->base, on_tick, g);
	g->hup = timer_signal(g->base, SIGHUP, on_hup, g);
	g->term = timer_signal(g->base, SIGTERM, on_term, g);
	g->interrupt = timer_signal(g->base, SIGINT, on_term, g);
	timer_in(g->tick, TICK);
}

struct gate *gate_new(const struct gate_options *o, struct buf *why, int *code)
{
	struct gate *g = mem_zalloc(sizeof(*g));

	g->o = *o;
	g->base = loop_new();
	g->loop = link_loop_new(g->base);
	g->slots.expires = o->slot_expires;
	g->recorder.node = span_of(o->node);
	*code = EX_CONFIG;
	if (!open_tls(g, why))
		goto fail;
	*code = EX_UNAVAILABLE;
	if (!open_store(g, why) || !resolve(o->pipeline_address, why) ||
	    !open_http(g, why) || !open_sockets(g, why))
		goto fail;
	open_pipeline(g);
	o->ready();
	return g;
fail:
	gate_free(g);
	return NULL;
}

void gate_run(struct gate *g)
{
	loop_run(g->base);
}

/* The thread first: what it works on is an upload's. */
void gate_free(struct gate *g)
{
	listener_free(g->listener);
	slot_socket_free(g->slot_socket);
	worker_free(g->worker);
	pipeline_free(g->pipeline);
	http_free(g->http);
	fronts_free(g->fronts);
	relays_free(g->forwards);
	relays_free(g->passes);
	slots_release(&g->slots);
	sniff_free(g->sniff);
	store_close(g->store);
	timer_free(g->tick);
	timer_free(g->hup);
	timer_free(g->term);
	timer_free(g->interrupt);
	tls_context_free(g->tls);
	tls_context_free(g->pipeline_tls);
	link_loop_free(g->loop);
	loop_free(g->base);
	free(g);
}
