/* SPDX-License-Identifier: ISC */
/* Numbers as text for who watches a node: families of samples with labels, as
 * OpenMetrics 1.0.0 or Prometheus' text format 0.0.4 has them. For the files
 * metrics*.c alone. */
#ifndef NODE_METRICS_PAGE_H
#define NODE_METRICS_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/histogram.h"
#include "node/commands.h"

enum page_type { PAGE_COUNTER, PAGE_GAUGE, PAGE_HISTOGRAM };

/* A stage of a pipeline, and what it says. */
struct page_told {
	const char *pipeline; /* "messages" or "files" */
	size_t stage;
	struct buf lines;
};

struct page {
	struct buf *out;
	bool open;	  /* OpenMetrics */
	const char *name; /* of the family at hand */
	size_t labels;	  /* of the sample at hand */
	struct page_told told[2 * STAGES_MAX];
	size_t count;
};

/* A family begins; all its samples follow. The name lasts. */
void page_family(struct page *, const char *name, enum page_type,
    const char *help);

/* A sample: its name with that end ("_total" of a counter), its labels, and
 * last its value. */
void page_sample(struct page *, const char *end);
void page_label(struct page *, const char *key, struct span value);
void page_whole(struct page *, uint64_t);
void page_real(struct page *, double);

/* The labels that say which stage it is; NULL: none. */
void page_stage(struct page *, const struct page_told *);

/* All samples of a histogram, in seconds. */
void page_histogram(struct page *, const struct histogram *,
    const struct page_told *);

/* Take the next word of a line; .p NULL: there is none. */
struct span page_word(struct span *rest);

/* Take the rest of a line that begins so, from the next one that does. */
bool page_line(struct span *rest, const char *begin, struct span *line);

bool page_number(struct span text, uint64_t *);

/* metrics-stages.c: what the stages of pipelines say. */
struct node;
void page_stages(struct page *, const struct node *);

#endif
