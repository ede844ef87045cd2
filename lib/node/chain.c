/* SPDX-License-Identifier: ISC */
/* The compliance servers of a node: links that are asked one after another. */
#include "node/chain.h"

#include <string.h>

static bool asked(const struct conf *c)
{
	return conf_is(c, "compliance", "third-party") &&
	    !conf_get(c, "pipeline");
}

static bool is_listed(const struct conf *c, const char *key, struct span name)
{
	const char *value;

	for (size_t n = 0; (value = conf_nth(c, key, n, NULL)); n++) {
		if (span_same(span_of(value), name))
			return true;
	}
	return false;
}

/* The link of that name, a new one behind the others if there is none; NULL
 * where that is one too many. */
static struct chain_link *link_of(struct chain *chain, const struct conf *c,
    struct span name)
{
	struct chain_link *link;

	for (size_t i = 0; i < chain->links; i++) {
		if (span_same(chain->link[i].name, name))
			return &chain->link[i];
	}
	if (chain->links == CHAIN_LINKS_MAX)
		return NULL;
	link = &chain->link[chain->links++];
	*link = (struct chain_link){.name = name,
	    .skipped = name.n && is_listed(c, "skip-if-down", name)};
	return link;
}

/* As chain_read; *fault is why the nth value does not fit, NULL if all do. */
static void read_links(struct chain *chain, const struct conf *c, size_t *nth,
    const char **fault)
{
	const char *value, *why;

	chain->links = 0;
	*fault = NULL;
	for (size_t n = 0; (value = conf_nth(c, "compliance-server", n, NULL));
	     n++) {
		struct span name;
		const char *url = value_server_url(value, &name);
		struct chain_link *link = link_of(chain, c, name);

		why = NULL;
		if (!link)
			why = "there are more than 8 names";
		else if (link->urls == BROKER_SERVERS_MAX)
			why = "there are more than 64 of one name";
		else
			link->url[link->urls++] = url;
		if (why && !*fault) {
			*nth = n;
			*fault = why;
		}
	}
}

void chain_read(struct chain *chain, const struct conf *c)
{
	const char *fault;
	size_t nth;

	chain->links = 0;
	if (asked(c))
		read_links(chain, c, &nth, &fault);
}

/* One server cannot be two links, nor twice in one. */
static void twice(const struct conf *c, struct buf *m)
{
	static const char key[] = "compliance-server";
	const char *a, *b;
	struct span name;

	for (size_t n = 1; (a = conf_nth(c, key, n, NULL)); n++) {
		for (size_t k = 0; k < n; k++) {
			b = conf_nth(c, key, k, NULL);
			if (strcmp(a, b) == 0) /* that is said of any list */
				break;
			if (strcmp(value_server_url(a, &name),
				value_server_url(b, &name)) != 0)
				continue;
			conf_mistake(c, m, key, n, "'%s' is there twice",
			    value_server_url(a, &name));
			break;
		}
	}
}

static bool has_link(const struct chain *chain, struct span name)
{
	for (size_t i = 0; i < chain->links; i++) {
		if (span_same(chain->link[i].name, name))
			return true;
	}
	return false;
}

static void skips(const struct chain *chain, const struct conf *c,
    struct buf *m)
{
	static const char key[] = "skip-if-down";
	size_t skipped = 0;
	const char *name;

	for (size_t n = 0; (name = conf_nth(c, key, n, NULL)); n++) {
		if (!has_link(chain, span_of(name)))
			conf_mistake(c, m, key, n, "no compliance-server is "
			    "named '%s'", name);
	}
	for (size_t i = 0; i < chain->links; i++)
		skipped += chain->link[i].skipped;
	if (skipped && !conf_is(c, "unsafe", "yes"))
		conf_mistake(c, m, key, 0, "lets through what that server has "
		    "not seen: it needs unsafe yes");
	if (skipped && skipped == chain->links)
		conf_mistake(c, m, key, 0, "is set for every compliance-server:"
		    " one has to be required");
}

void chain_sense(const struct conf *c, struct buf *m)
{
	struct chain chain;
	const char *fault;
	size_t nth = 0;

	if (!asked(c))
		return;
	read_links(&chain, c, &nth, &fault);
	if (fault)
		conf_mistake(c, m, "compliance-server", nth, "%s", fault);
	twice(c, m);
	skips(&chain, c, m);
}
