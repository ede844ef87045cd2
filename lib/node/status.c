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
#include "node/metrics.h"
#include "node/replicas.h"
#include "node/ships.h"
#include "node/reviews.h"
#include "record/traffic.h"

static const char *const services[] = {"down", "starting", "up", "waiting",
    "failed"};

static void keep(struct buf *to, const struct buf *said)
{
	buf_reset(to);
	buf_addspan(to, buf_span(said));
}

static void seen(struct node *n)
{
	if (--n->sample.pending)
		return;
	n->on_sampled(n);
	metrics_sampled(n);
}

static void on_review(struct node *n, struct look *l)
{
	keep(&n->sample.held, &l->said);
	seen(n);
}

static void on_intercept(struct node *n, struct look *l)
{
	struct sample *s = &n->sample;

	/* What it said by itself is older. */
	intercept_hear(n);
	keep(&s->shown, &l->said);
	intercept_pipeline(n, sample_value(&s->shown, "pipeline"));
	if (l->said.len && s->regular) {
		struct buf spare = s->before;

		s->before = s->last;
		s->before_at = s->last_at;
		s->last = spare;
		keep(&s->last, &l->said);
		s->last_at = node_clock();
	}
	s->regular = false;
	seen(n);
}

void status_sample(struct node *n)
{
	struct sample *s = &n->sample;
	bool intercept = n->intercept, review = n->keeper.pid;

	if (s->pending)
		return;
	buf_reset(&s->shown);
	buf_reset(&s->held);
	/* One more, for a look that is over at once. */
	s->pending = 1 + intercept + review;
	if (intercept)
		look_begin(&s->intercept);
	if (review)
		look_begin(&s->review);
	seen(n);
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
	n->sample.intercept = (struct look){
	    .node = n, .socket = "status", .seen = on_intercept};
	n->sample.review = (struct look){.node = n, .socket = "review",
	    .request = "# status\n", .seen = on_review};
	n->sampler = node_event(n, -1, 0, on_regular, n);
	node_in(n->sampler, NODE_SAMPLE);
}

void status_end(struct node *n)
{
	struct sample *s = &n->sample;

	look_release(&s->intercept);
	look_release(&s->review);
	node_event_free(&n->sampler);
	buf_release(&s->shown);
	buf_release(&s->held);
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
	if (conf_is(&n->conf, "replicate-skip-if-down", "yes"))
		buf_adds(out, "warning what is delivered may be on this "
			      "machine alone: replicate-skip-if-down is yes\n");
	if (reviews_doubtful(&n->conf))
		buf_adds(out, "warning " REVIEWS_DOUBT "\n");
	if (geteuid() == 0)
		buf_adds(out, "warning the node runs as root\n");
	for (size_t i = 0; i < setting_count; i++) {
		if (conf_waits(&n->start, &n->conf, &setting_table[i]))
			buf_addf(out, "pending %s\n", setting_table[i].key);
	}
}

void status_listener(const char *key, const struct address *a,
    const struct listening *l, struct buf *out)
{
	char text[ENDPOINT_TEXT];

	for (size_t i = 0; i < l->count; i++) {
		struct endpoint e = endpoint_of_socket(l->fds[i]);

		endpoint_text(&e, text);
		buf_addf(out, "%s %s%s%s\n", key,
		    a->kind == ADDRESS_UNIX ? "" : address_scheme(a), text,
		    a->web_path ? a->web_path : "");
	}
}

static void add_processes(const struct node *n, struct buf *out)
{
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
	for (size_t i = 0; i < n->listens; i++)
		status_listener("listen", &n->listen[i], &n->listening[i], out);
}

/* The cup-upload that files come through. */
static void add_upload(const struct node *n, struct buf *out)
{
	const struct keeper *k = &n->upload;

	if (!k->args.count && !k->pid)
		return;
	buf_addf(out, "upload %s\n", services[k->state]);
	if (k->pid)
		buf_addf(out, "upload-pid %ld\n", (long)k->pid);
	buf_addf(out, "upload-starts %u\n", k->starts);
	status_listener("upload-listen", &n->upload_address,
	    &n->upload_listening, out);
}

static void add_sealer(const struct node *n, struct buf *out)
{
	const struct keeper *k = &n->sealer;

	if (!k->args.count && !k->pid)
		return;
	buf_addf(out, "seal %s\n", services[k->state]);
	if (k->pid)
		buf_addf(out, "seal-pid %ld\n", (long)k->pid);
	buf_addf(out, "seal-starts %u\n", k->starts);
}

/* The cup-review that keeps what is held, and what it says of that. */
static void add_review(const struct node *n, struct buf *out)
{
	static const char *const keys[] = {"held", "oldest"};
	const struct keeper *k = &n->keeper;

	if (!k->args.count && !k->pid)
		return;
	buf_addf(out, "keeper %s\n", services[k->state]);
	if (k->pid)
		buf_addf(out, "keeper-pid %ld\n", (long)k->pid);
	buf_addf(out, "keeper-starts %u\n", k->starts);
	for (size_t i = 0; i < 2; i++) {
		struct span value = sample_value(&n->sample.held, keys[i]);

		if (value.n)
			buf_addf(out, "review-%s %.*s\n", keys[i],
			    SPAN_ARG(value));
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

		/* Of these there are others above, or they are for
		 * machines. */
		if (!span_starts(line, "pid ") &&
		    !span_starts(line, "started ") &&
		    !span_starts(line, "state ") &&
		    !span_starts(line, "metric ")) {
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
	metrics_status(n, out);
	add_review(n, out);
	add_upload(n, out);
	if (conf_get(&n->conf, "replicate"))
		replicas_status(n->o.run_dir, n->o.name, out);
	ships_status(n->o.run_dir, n->o.name, out);
	add_sealer(n, out);
	add_sample(n, out);
}
