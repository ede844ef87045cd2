/* SPDX-License-Identifier: ISC */
/* A running node: numbers for who watches it, in the text format of OpenMetrics
 * 1.0.0, or of Prometheus (0.0.4) for those who do not ask for that, by HTTP at
 * the path /metrics. */
#ifndef NODE_METRICS_H
#define NODE_METRICS_H

#include <stdbool.h>

#include "base/buf.h"

struct node;

/* Listen where the settings, or who started the node, say so. False with the
 * reason in why and one of sysexits.h in *code. */
bool metrics_open(struct node *, struct buf *why, int *code);

/* Answer from now on. */
void metrics_begin(struct node *);

/* The programs were asked how they do: answer who waits for that. */
void metrics_sampled(struct node *);

/* Append where it listens, as lines of the status. */
void metrics_status(const struct node *, struct buf *);

void metrics_end(struct node *);

/* metrics-text.c: append all numbers there are. */
void metrics_text(const struct node *, bool open, struct buf *);

#endif
