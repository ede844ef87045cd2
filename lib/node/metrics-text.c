/* SPDX-License-Identifier: ISC */
/* A running node: its numbers as text. What a program does not say at the moment
 * is left out, as it is not known. */
#include "node/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "node/internal.h"
#include "node/metrics-page.h"
#include "node/replicas.h"
#include "node/ships.h"

/* ---- what cup-intercept says */

struct plain {
	const char *key; /* in its lines */
	const char *name;
	enum page_type type;
	bool milliseconds;
	const char *help;
};

static const struct plain plains[] = {
    {"clients", "cup_clients", PAGE_GAUGE, false, "Connections of clients."},
    {"logged-in", "cup_clients_logged_in", PAGE_GAUGE, false,
	"Connections that are logged in."},
    {"resumable", "cup_sessions_resumable", PAGE_GAUGE, false,
	"Sessions without a connection that can be resumed."},
    {"clients-refused", "cup_clients_refused", PAGE_COUNTER, false,
	"Connections that were refused."},
    {"held", "cup_held", PAGE_GAUGE, false, "Stanzas that wait for a verdict."},
    {"held-bytes", "cup_held_bytes", PAGE_GAUGE, false, "Bytes of these."},
    {"oldest-held-ms", "cup_held_oldest_seconds", PAGE_GAUGE, true,
	"How long the oldest of these that has a deadline waits."},
    {"stalled-bytes", "cup_stalled_bytes", PAGE_GAUGE, false,
	"Bytes that peers do not read."},
    {"records-in", "cup_records_put", PAGE_COUNTER, false,
	"Records put into the pipeline."},
    {"records-out", "cup_records_back", PAGE_COUNTER, false,
	"Records that came back, late ones too."},
    {"notices-pending", "cup_notices_pending", PAGE_GAUGE, false,
	"Notices of refusals that are not on disk yet."},
    {"releases-pending", "cup_releases_pending", PAGE_GAUGE, false,
	"Released records that have not arrived yet."},
};

static void add_plains(struct page *p, const struct node *n)
{
	for (size_t i = 0; i < sizeof(plains) / sizeof(*plains); i++) {
		const struct plain *f = &plains[i];
		uint64_t value;

		if (!page_number(sample_value(&n->sample.shown, f->key), &value))
			continue;
		page_family(p, f->name, f->type, f->help);
		page_sample(p, f->type == PAGE_COUNTER ? "_total" : "");
		if (f->milliseconds)
			page_real(p, (double)value / 1000);
		else
			page_whole(p, value);
	}
}

static void add_stanzas(struct page *p, const struct node *n)
{
	static const char *const keys[] = {"sent", "received", "returned",
	    "discarded", "bounced", "abandoned", "passed-unlogged", "late"};
	uint64_t value;

	if (!page_number(sample_value(&n->sample.shown, keys[0]), &value))
		return;
	page_family(p, "cup_stanzas", PAGE_COUNTER, "Stanzas by what became of them.");
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (!page_number(sample_value(&n->sample.shown, keys[i]), &value))
			continue;
		page_sample(p, "_total");
		page_label(p, "outcome", span_of(keys[i]));
		page_whole(p, value);
	}
}

/* Lines "BEGIN NAME VERDICT N". */
static void add_verdicts(struct page *p, const struct node *n,
    const char *begin, const char *name, const char *key, const char *help)
{
	struct span rest = buf_span(&n->sample.shown), line;
	bool begun = false;

	while (page_line(&rest, begin, &line)) {
		struct span value = page_word(&line), verdict = page_word(&line);
		uint64_t count;

		if (!page_number(page_word(&line), &count))
			continue;
		if (!begun)
			page_family(p, name, PAGE_COUNTER, help);
		begun = true;
		page_sample(p, "_total");
		page_label(p, key, value);
		page_label(p, "verdict", verdict);
		page_whole(p, count);
	}
}

static void add_decided(struct page *p, const struct node *n)
{
	struct span rest = buf_span(&n->sample.shown), line;
	struct histogram h;

	add_verdicts(p, n, "metric records ", "cup_records", "event",
	    "Records that came back, by event and verdict.");
	add_verdicts(p, n, "metric rule ", "cup_rule_records", "rule",
	    "Records that came back, by the rule that decided and verdict.");
	if (!page_line(&rest, "metric decided ", &line) ||
	    !histogram_read(&h, line))
		return;
	page_family(p, "cup_decision_seconds", PAGE_HISTOGRAM,
	    "From a record's way into the pipeline to its way back.");
	page_histogram(p, &h, NULL);
}

/* ---- what the node knows */

static void add_programs(struct page *p, const struct node *n)
{
	const struct {
		const char *name;
		bool wanted, up;
		unsigned starts;
	} of[] = {
	    {"cup-intercept", true, n->intercept_state == SERVICE_UP,
		n->intercept_starts},
	    {"pipeline", true, n->runs && n->pipeline_state == SERVICE_UP,
		n->pipeline_starts},
	    {"cup-review", n->keeper.args.count || n->keeper.pid,
		n->keeper.state == SERVICE_UP, n->keeper.starts},
	    {"cup-upload", n->upload.args.count || n->upload.pid,
		n->upload.state == SERVICE_UP, n->upload.starts},
	};

	page_family(p, "cup_program_up", PAGE_GAUGE, "Whether it runs.");
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		if (!of[i].wanted)
			continue;
		page_sample(p, "");
		page_label(p, "program", span_of(of[i].name));
		page_whole(p, of[i].up);
	}
	page_family(p, "cup_program_starts", PAGE_COUNTER,
	    "How often it was started; all stages of a pipeline are at once.");
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		if (!of[i].wanted)
			continue;
		page_sample(p, "_total");
		page_label(p, "program", span_of(of[i].name));
		page_whole(p, of[i].starts);
	}
}

static void add_node(struct page *p, const struct node *n)
{
	static const char *const words[] = {"starting", "up", "degraded",
	    "failed", "stopping"};
	struct span pipeline = sample_value(&n->sample.shown, "pipeline");
	const char *now = node_state_word(n);

	page_family(p, "cup_node_state", PAGE_GAUGE, "Which of these the node is.");
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		page_sample(p, "");
		page_label(p, "node", span_of(n->o.name));
		page_label(p, "state", span_of(words[i]));
		page_whole(p, strcmp(words[i], now) == 0);
	}
	add_programs(p, n);
	if (!pipeline.p)
		return;
	page_family(p, "cup_pipeline_answers", PAGE_GAUGE,
	    "Whether records come back from it.");
	page_sample(p, "");
	page_whole(p, span_is(pipeline, "up"));
}

static void add_reviews(struct page *p, const struct node *n)
{
	struct span held = sample_value(&n->sample.held, "held");
	uint64_t value;

	if (!page_number(held, &value))
		return;
	page_family(p, "cup_review_held", PAGE_GAUGE, "Records that wait for a reviewer.");
	page_sample(p, "");
	page_whole(p, value);
}

/* How far what other machines have is behind. */
static void add_replicas(struct page *p, const struct node *n)
{
	struct buf lines = BUF_EMPTY;
	uint64_t records;
	struct span seconds;

	if (!conf_get(&n->conf, "replicate"))
		return;
	replicas_status(n->o.run_dir, n->o.name, &lines);
	page_family(p, "cup_replicas_up", PAGE_GAUGE,
	    "Whether records come into the stream of other machines.");
	page_sample(p, "");
	page_whole(p, span_is(sample_value(&lines, "replicas"), "up"));
	if (page_number(sample_value(&lines, "replicas-records"), &records)) {
		page_family(p, "cup_replicas_lag_records", PAGE_GAUGE,
		    "Records that wait for that.");
		page_sample(p, "");
		page_whole(p, records);
	}
	seconds = sample_value(&lines, "replicas-seconds");
	if (seconds.n) {
		page_family(p, "cup_replicas_lag_seconds", PAGE_GAUGE,
		    "How long the first of these waits.");
		page_sample(p, "");
		page_real(p, strtod(seconds.p, NULL));
	}
	buf_release(&lines);
}

static void add_ships(struct page *p, const struct node *n)
{
	struct ships_one one[SHIPS_MAX];
	size_t count = ships_read(n->o.run_dir, n->o.name, one);
	static const struct {
		const char *name, *help;
	} family[] = {
	    {"cup_ship_up", "Whether the archive takes records."},
	    {"cup_ship_lag_records", "Lines of journals that it has not."},
	    {"cup_ship_lag_seconds", "Since when it has not all."},
	};

	for (size_t f = 0; count && f < 3; f++) {
		page_family(p, family[f].name, PAGE_GAUGE, family[f].help);
		for (size_t i = 0; i < count; i++) {
			page_sample(p, "");
			page_label(p, "archive", span_of(one[i].name));
			if (f == 2)
				page_real(p, one[i].seconds);
			else
				page_whole(p, f ? one[i].records : one[i].up);
		}
	}
}

void metrics_text(const struct node *n, bool open, struct buf *out)
{
	struct page p = {.out = out, .open = open};

	add_node(&p, n);
	add_plains(&p, n);
	add_stanzas(&p, n);
	add_decided(&p, n);
	add_reviews(&p, n);
	add_replicas(&p, n);
	add_ships(&p, n);
	page_stages(&p, n);
	if (open)
		buf_adds(out, "# EOF\n");
}
