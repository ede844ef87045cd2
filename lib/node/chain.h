/* SPDX-License-Identifier: ISC */
/* The compliance servers of a node: links that are asked one after another,
 * each with its servers in order of preference. */
#ifndef NODE_CHAIN_H
#define NODE_CHAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "broker/broker.h"
#include "node/conf.h"

enum { CHAIN_LINKS_MAX = 8 };

struct chain_link {
	struct span name; /* n 0: it has none */
	const char *url[BROKER_SERVERS_MAX];
	size_t urls;
	bool skipped; /* while none of them is up */
};

struct chain {
	struct chain_link link[CHAIN_LINKS_MAX];
	size_t links;
};

/* Set it from the settings, whose strings it borrows; no links where no
 * compliance server is asked. What does not fit is left out, which chain_sense
 * says. */
void chain_read(struct chain *, const struct conf *);

/* Add what is wrong with the settings that make it. */
void chain_sense(const struct conf *, struct buf *mistakes);

#endif
