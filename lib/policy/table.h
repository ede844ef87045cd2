/* SPDX-License-Identifier: ISC */
/* Sets of addresses: JIDs, domains and globs, looked up by hash. */
#ifndef POLICY_TABLE_H
#define POLICY_TABLE_H

#include <stdint.h>

#include "base/span.h"

/* An address made ready to be looked up in any number of tables. */
struct table_key {
	struct span full;   /* prepared (xml/jid.h); .p NULL: it is no JID */
	struct span bare;   /* without its resource, a span of full */
	struct span domain; /* likewise */
	uint32_t full_hash, bare_hash, domain_hash;
};

/* From a prepared JID, whose bytes must stay as long as the key. */
void table_key_set(struct table_key *, struct span prepared);

struct table;

struct table *table_new(void);
void table_free(struct table *);

/* Add an entry; it is prepared here. A bare JID stands for all its resources,
 * a full one for itself, a domain for itself and all its users. With '*',
 * '?' or '[...]' it is a glob over the bare JID, or over the full one if it
 * has a '/'. Returns NULL, or why it is refused. */
const char *table_add(struct table *, struct span entry);

/* Whether an entry meets the address. The time does not depend on how many
 * there are, but for globs other than "*@DOMAIN", "*.DOMAIN", "*@*.DOMAIN". */
bool table_has(const struct table *, const struct table_key *);

#endif
