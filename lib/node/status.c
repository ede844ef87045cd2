/* SPDX-License-Identifier: ISC */
/* A running node: saying how it does. */
#include "node/internal.h"

#include <event2/event.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/quantity.h"
#include "base/stamp.h"
#include "io/endpoint.h"
#include "node/conf-sense.h"
#include "node/conf-text.h"
#include "record/traffic.h"

enum { PATIENCE = 1000, ANSWER_MAX = 65536 };

static const char *const services[] = {"down", "starting", "up", "waiting",
    "failed"};

static void finish(struct node *n, bool whole)
{
	struct sample *s = &n->sample;

	link_free(s->link);
	s->link = NULL;
	event_del(s->timeout);
	/* What it said by itself is older. */
	intercept_hear(n);
	buf_reset(&s->shown);
	if (whole)
		buf_addspan(&s->shown, buf_span(&s->in));
	intercept_pipeline(n, sample_value(&s->shown, "pipeline"));
	if (whole && s->regular) {
		struct buf spare = s->before;

		s->before = s->last;
		s->before_at = s->last_at;
		s->last = spare;
		buf_reset(&s->last);
		buf_addspan(&s->last, buf_span(&s->in));
		s->last_at = node_clock();
	}
	s->regular = false;
	n->on_sampled(n);
}

static void on_step(struct link *l, void *arg, enum link_step step)
{
	(void)arg;
	if (step == LINK_CONNECTED)
		link_resume(l);
}

static void on_data(struct link *l, void *arg, const char *p, size_t len)
{
	struct node *n = arg;

	(void)l;
	buf_add(&n->sample.in, p, len);
	if (n->sample.in.len > ANSWER_MAX)
		finish(n, false);
}

static void on_end(struct link *l, void *arg, enum link_end end,
    const char *why)
{
	(void)l;
	(void)why;
	finish(arg, end == LINK_PEER_ENDED);
}

static void on_timeout(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	finish(arg, false);
}

void status_sample(struct node *n)
{
	static const struct link_owner owner = {
	    .step = on_step, .data = on_data, .end = on_end};
	struct sample *s = &n->sample;
	struct buf text = BUF_EMPTY;
	const char *why;
	struct address a;
	int fd = -1;

	if (s->link)
		return;
	buf_addf(&text, "unix:%s/%s/status", n->o.run_dir, n->o.name);
	if (n->intercept && address_parse(&a, buf_str(&text), &why)) {
		fd = address_connect(&a, 0);
		address_release(&a);
	}
	buf_release(&text);
	buf_reset(&s->in);
	if (fd < 0) {
		buf_reset(&s->shown);
		n->on_sampled(n);
		return;
	}
	s->link = link_new(n->loop, fd, &owner, n);
	link_connecting(s->link);
	node_in(s->timeout, PATIENCE);
}

static void on_regular(int fd, short what, void *arg)
{
	struct node *n = arg;

	(void)fd;
	(void)what;
	n->sample.regular = true;
	status_sample(n);
	node_in(n->sampler, NODE_SAMPLE);
}

void status_begin(struct node *n)
{
	n->sample.timeout = node_event(n, -1, 0, on_timeout, n);
	n->sampler = node_event(n, -1, 0, on_regular, n);
	node_in(n->sampler, NODE_SAMPLE);
}

void status_end(struct node *n)
{
	struct sample *s = &n->sample;

	link_free(s->link);
	node_event_free(&s->timeout);
	node_event_free(&n->sampler);
	buf_release(&s->in);
	buf_release(&s->shown);
	buf_release(&s->last);
	buf_release(&s->before);
}

static void add_stamp(struct buf *out, const char *key, int64_t micros)
{
	char text[STAMP_LEN];

	stamp_write(text, micros);
	buf_addf(out, "%s %.*s\n", key, STAMP_LEN, text);
}

static void add_warnings(const struct node *n, struct buf *out)
{
	struct chain chain;

	if (conf_is(&n->conf, "compliance", "none"))
		buf_adds(out, "warning nothing is judged and nothing is "
			      "journaled: compliance is none\n");
	if (!(conf_events(&n->start) & TRAFFIC_MESSAGE))
		buf_addf(out, "warning messages are let through unjudged: "
			      "events is %s\n",
		    conf_get(&n->start, "events"));
	if (conf_is(&n->start, "on-failure", "pass"))
		buf_adds(out, "warning what is not decided in time is let "
			      "through unjournaled: on-failure is pass\n");
	chain_read(&chain, &n->conf);
	for (size_t i = 0; i < chain.links; i++) {
		if (chain.link[i].skipped)
			buf_addf(out, "warning %.*s is not asked while it is "
				"down: skip-if-down\n",
			    SPAN_ARG(chain.link[i].name));
	}
	if (geteuid() == 0)
		buf_adds(out, "warning the node runs as root\n");
	for (size_t i = 0; i < setting_count; i++) {
		if (conf_waits(&n->start, &n->conf, &setting_table[i]))
			buf_addf(out, "pending %s\n", setting_table[i].key);
	}
}

static void add_processes(const struct node *n, struct buf *out)
{
	char text[ENDPOINT_TEXT];
	size_t runs = 0;

	buf_addf(out, "pid %ld\n", (long)getpid());
	add_stamp(out, "started", n->started);
	add_stamp(out, "reloaded", n->reloaded);
	buf_addf(out, "intercept %s\n", services[n->intercept_state]);
	if (n->intercept)
		buf_addf(out, "intercept-pid %ld\n", (long)n->intercept);
	buf_addf(out, "intercept-starts %u\n", n->intercept_starts);
	for (const struct run *r = n->runs; r; r = r->next)
		runs++;
	buf_addf(out, "pipelines %zu\npipeline-starts %u\n", runs,
	    n->pipeline_starts);
	for (const struct run *r = n->runs; r; r = r->next) {
		for (size_t i = 0; i < r->stages.count; i++) {
			if (r->stages.stage[i].running)
				buf_addf(out, "stage %s %ld\n",
				    r->stages.stage[i].name,
				    (long)r->stages.stage[i].pid);
		}
	}
	for (size_t i = 0; i < n->listens; i++) {
		for (size_t k = 0; k < n->listening[i].count; k++) {
			struct endpoint e =
			    endpoint_of_socket(n->listening[i].fds[k]);

			endpoint_text(&e, text);
			buf_addf(out, "listen %s:%s\n",
			    n->listen[i].tls ? "tls" : "tcp", text);
		}
	}
}

/* How much a second a counter grew between the two regular looks. */
static void add_rate(const struct node *n, const char *key, struct buf *out)
{
	const struct sample *s = &n->sample;
	struct span a = sample_value(&s->before, key),
		    b = sample_value(&s->last, key);
	int64_t ms = s->last_at - s->before_at;
	char from[32] = "", to[32] = "";
	uint64_t x, y;

	if (!a.p || !b.p || a.n >= sizeof(from) || b.n >= sizeof(to) ||
	    ms <= 0)
		return;
	memcpy(from, a.p, a.n);
	memcpy(to, b.p, b.n);
	/* Another process may have begun to count anew. */
	if (quantity_number(from, &x) && quantity_number(to, &y) && y >= x)
		buf_addf(out, "%s-rate %.1f\n", key,
		    (double)(y - x) * 1000 / (double)ms);
}

static void add_sample(const struct node *n, struct buf *out)
{
	static const char *const counters[] = {"sent", "received",
	    "returned", "discarded", "bounced", "abandoned", "records-in",
	    "records-out"};
	struct span rest = buf_span(&n->sample.shown);

	if (!rest.n)
		buf_adds(out, "pipeline unknown\n");
	while (rest.n) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t len = end ? (size_t)(end - rest.p) : rest.n;
		struct span line = {rest.p, len};

		/* Of these there are others above. */
		if (!span_starts(line, "pid ") &&
		    !span_starts(line, "started ") &&
		    !span_starts(line, "state ")) {
			buf_addspan(out, line);
			buf_addc(out, '\n');
		}
		len += end != NULL;
		rest = (struct span){rest.p + len, rest.n - len};
	}
	for (size_t i = 0; i < sizeof(counters) / sizeof(*counters); i++)
		add_rate(n, counters[i], out);
}

void status_text(const struct node *n, struct buf *out)
{
	buf_addf(out, "node %s\nstate %s\n", n->o.name, node_state_word(n));
	add_warnings(n, out);
	if (n->failure.len)
		buf_addf(out, "failure %.*s\n", (int)n->failure.len,
		    n->failure.data);
	buf_addf(out, "compliance %s\n", conf_get(&n->conf, "compliance"));
	add_processes(n, out);
	add_sample(n, out);
}
