/* SPDX-License-Identifier: ISC */
/* Whether a node's settings make sense together. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "node/conf-sense.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quantity.h"
#include "node/chain.h"
#include "node/conf-sense-internal.h"
#include "node/replicas.h"
#include "node/prunes.h"
#include "node/sealing.h"
#include "node/uploads.h"
#include "record/traffic.h"

static void needed(const struct conf *c, struct buf *m)
{
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *s = &setting_table[i];

		if ((s->flags & SETTING_NEEDED) && !conf_get(c, s->key))
			conf_mistake(c, m, s->key, 0, "is needed");
	}
}

/* It releases what it should only show. */
static void anew(const struct conf *c, struct buf *m)
{
	const char *pipeline = conf_get(c, "pipeline");

	if (pipeline && strstr(pipeline, "--anew"))
		conf_mistake(c, m, "pipeline", 0,
		    "--anew loosens what was decided: it is for trying a "
		    "policy");
}

static void twice(const struct conf *c, struct buf *m)
{
	for (size_t i = 0; i < c->entries; i++) {
		const char *key = c->entry[i].setting->key, *a, *b;
		size_t n = 0;

		if (!(c->entry[i].setting->flags & SETTING_LIST))
			continue;
		while ((a = conf_nth(c, key, n, NULL)) != c->entry[i].value)
			n++;
		for (size_t k = 0; k < n; k++) {
			b = conf_nth(c, key, k, NULL);
			if (strcmp(a, b) != 0)
				continue;
			conf_mistake(c, m, key, n, "'%s' is there twice", a);
			break;
		}
	}
}

static void compliance(const struct conf *c, struct buf *m)
{
	bool local = conf_is(c, "compliance", "local");
	bool third = conf_is(c, "compliance", "third-party");
	const char *copies = conf_get(c, "notify-server")
	    ? ": a notify-server gets copies and judges nothing" : "";

	if (conf_get(c, "pipeline") || (!local && !third))
		return;
	if (local && !conf_get(c, "policy"))
		conf_mistake(c, m, "compliance", 0,
		    "local needs a policy (or a pipeline)%s", copies);
	if (third && !conf_get(c, "compliance-server"))
		conf_mistake(c, m, "compliance", 0, "third-party needs a "
		    "compliance-server (or a pipeline)%s", copies);
	chain_sense(c, m);
	if (conf_count(c, "notify-server") > BROKER_SERVERS_MAX)
		conf_mistake(c, m, "notify-server", BROKER_SERVERS_MAX,
		    "there are more than %d", BROKER_SERVERS_MAX);
	if (conf_get(c, "compliance-private-key") &&
	    !conf_get(c, "compliance-certificate"))
		conf_mistake(c, m, "compliance-private-key", 0,
		    "it needs a compliance-certificate");
	if (!conf_get(c, "journal"))
		conf_mistake(c, m, "compliance", 0,
		    "%s needs a journal (or a pipeline)",
		    local ? "local" : "third-party");
}

/* What is tried beside the policy needs one, and a place for what it finds. */
static void shadowed(const struct conf *c, struct buf *m)
{
	if (!conf_get(c, "shadow")) {
		if (conf_get(c, "shadow-journal"))
			conf_mistake(c, m, "shadow-journal", 0,
			    "it needs a shadow");
		return;
	}
	if (!conf_is(c, "compliance", "local") || conf_get(c, "pipeline"))
		conf_mistake(c, m, "shadow", 0, "is tried beside a policy: it "
		    "needs compliance local, and no pipeline");
	if (!conf_get(c, "shadow-journal"))
		conf_mistake(c, m, "shadow", 0, "it needs a shadow-journal");
}

/* A path without what does not change where it leads. */
static char *plain_path(const char *path)
{
	struct buf b = BUF_EMPTY;

	while (*path) {
		if (strncmp(path, "//", 2) == 0)
			path++;
		else if (strncmp(path, "/./", 3) == 0 ||
		    strcmp(path, "/.") == 0)
			path += 2;
		else
			buf_addc(&b, *path++);
	}
	while (b.len > 1 && b.data[b.len - 1] == '/')
		b.len--;
	return buf_detach(&b);
}

/* Whether two paths are one place, as far as that can be told: through links
 * where both are there. */
static bool same_path(const char *x, const char *y)
{
	char *a = realpath(x, NULL), *b = realpath(y, NULL);
	bool same;

	if (!a || !b) {
		free(a);
		free(b);
		a = plain_path(x);
		b = plain_path(y);
	}
	same = strcmp(a, b) == 0;
	free(a);
	free(b);
	return same;
}

static void journals(const struct conf *c, struct buf *m)
{
	static const char itself[] = "cannot be the journal itself";
	static const char own[] = "is a journal of its own";
	static const struct { const char *key, *other, *why; } pairs[] = {
	    {"refused", "journal", itself}, {"shadow-journal", "journal", own},
	    {"shadow-journal", "refused", own}, {"review", "journal", own},
	    {"review", "refused", own}, {"review", "shadow-journal", own},
	    {"heads", "journal", itself}, {"upload-journal", "journal", own},
	    {"upload-journal", "refused", own},
	    {"upload-journal", "review", own},
	    {"upload-journal", "shadow-journal", own}};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		const char *a = conf_get(c, pairs[i].key);
		const char *b = conf_get(c, pairs[i].other);

		if (a && b && same_path(a, b))
			conf_mistake(c, m, pairs[i].key, 0, "%s", pairs[i].why);
	}
}

static void encryption(const struct conf *c, struct buf *m)
{
	size_t certificates = conf_count(c, "certificate");
	size_t keys = conf_count(c, "private-key");
	const char *server = conf_get(c, "server"), *tls = conf_get(c, "tls");

	if (certificates != keys)
		conf_mistake(c, m, certificates > keys ? "certificate"
						       : "private-key",
		    certificates > keys ? keys : certificates,
		    "%zu of certificate and %zu of private-key: each needs "
		    "the other", certificates, keys);
	if (!certificates && strcmp(tls, "none") != 0)
		conf_mistake(c, m, "tls", 0, "%s needs a certificate", tls);
	if (conf_get(c, "server-ca") && server &&
	    strncmp(server, "tls:", 4) != 0)
		conf_mistake(c, m, "server-ca", 0, "needs a tls: server");
}

unsigned conf_events(const struct conf *c)
{
	struct span unknown;

	return traffic_events(conf_get(c, "events"), &unknown);
}

static void events(const struct conf *c, struct buf *m)
{
	unsigned chosen = conf_events(c);

	if (chosen && !(chosen & TRAFFIC_MESSAGE) &&
	    !conf_is(c, "unsafe", "yes"))
		conf_mistake(c, m, "events", 0, "lets messages through "
		    "unjudged: it needs unsafe yes");
}

static void failure(const struct conf *c, struct buf *m)
{
	if (conf_is(c, "on-failure", "pass") && !conf_is(c, "unsafe", "yes"))
		conf_mistake(c, m, "on-failure", 0,
		    "pass lets undecided stanzas through: "
		    "it needs unsafe yes");
}

static uint64_t bytes(const struct conf *c, const char *key)
{
	uint64_t n = 0;

	quantity_size(conf_get(c, key), &n);
	return n;
}

static void limits(const struct conf *c, struct buf *m)
{
	uint64_t one = bytes(c, "client-held-max");
	uint64_t all = bytes(c, "held-max");
	uint64_t packet = bytes(c, "accepted-packet-size");

	if (one > all)
		conf_mistake(c, m, "client-held-max", 0,
		    "is more than held-max (%s)", conf_get(c, "held-max"));
	if (conf_is(c, "packet-size-limit", "yes") && packet > one)
		conf_mistake(c, m, "accepted-packet-size", 0,
		    "is more than client-held-max (%s): such a stanza could "
		    "never be held", conf_get(c, "client-held-max"));
	if (bytes(c, "max-per-peer") > bytes(c, "max-clients"))
		conf_mistake(c, m, "max-per-peer", 0,
		    "is more than max-clients (%s)",
		    conf_get(c, "max-clients"));
}

static void returns(const struct conf *c, struct buf *m)
{
	static const char *const keys[] = {"return-component",
	    "return-domain", "return-secret"};
	size_t there = 0;

	for (size_t i = 0; i < 3; i++)
		there += conf_get(c, keys[i]) != NULL;
	for (size_t i = 0; i < 3; i++) {
		if (there > 0 && !conf_get(c, keys[i]))
			conf_mistake(c, m, keys[i], 0,
			    "is needed where another return- setting is");
	}
}

void conf_sense(const struct conf *c, struct buf *mistakes)
{
	needed(c, mistakes);
	anew(c, mistakes);
	twice(c, mistakes);
	conf_sense_listen(c, mistakes);
	compliance(c, mistakes);
	shadowed(c, mistakes);
	journals(c, mistakes);
	encryption(c, mistakes);
	failure(c, mistakes);
	events(c, mistakes);
	limits(c, mistakes);
	returns(c, mistakes);
	sealing_sense(c, mistakes);
	uploads_sense(c, mistakes);
	replicas_sense(c, mistakes);
	prunes_sense(c, mistakes);
}

void conf_neighbour(const struct conf *c, const struct conf *other,
    const char *name, struct buf *mistakes)
{
	static const char *const paths[] = {"journal", "refused", "heads",
	    "shadow-journal", "review", "upload-journal", "upload-store"};
	enum { PATHS = sizeof(paths) / sizeof(*paths) };
	const char *a, *b;

	for (size_t i = 0; i < PATHS; i++) {
		for (size_t k = 0; k < PATHS; k++) {
			a = conf_get(c, paths[i]);
			b = conf_get(other, paths[k]);
			if (a && b && same_path(a, b))
				conf_mistake(c, mistakes, paths[i], 0,
				    "'%s' is %s of node '%s'", a, paths[k],
				    name);
		}
	}
	for (size_t n = 0; (a = conf_nth(c, "listen", n, NULL)); n++) {
		for (size_t k = 0; (b = conf_nth(other, "listen", k, NULL));
		     k++) {
			if (conf_collide(a, b))
				conf_mistake(c, mistakes, "listen", n,
				    "'%s' is a listener of node '%s'", a, name);
		}
	}
}
