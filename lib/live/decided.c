/* SPDX-License-Identifier: ISC */
/* What came back from the pipeline, counted. */
#include "live/decided.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"

struct decided_rule {
	struct map_node node;
	uint64_t of[VERDICTS];
	char name[];
};

/* NULL: it has no place. */
static struct decided_rule *find(struct decided *d, struct span name)
{
	struct map_node *n;
	struct decided_rule *rule;

	if (d->last && span_same(d->last->node.key, name))
		return d->last;
	n = map_find(&d->rules, name);
	if (n) {
		d->last = MAP_OWNER(n, struct decided_rule, node);
		return d->last;
	}
	if (d->rules.count >= DECIDED_RULES_MAX)
		return NULL;
	rule = mem_zalloc(sizeof(*rule) + name.n);
	memcpy(rule->name, name.p, name.n);
	map_add(&d->rules, &rule->node, (struct span){rule->name, name.n});
	return rule;
}

void decided_add(struct decided *d, const struct record *r, int64_t micros)
{
	struct decided_rule *rule;
	struct reason reason;
	struct span name = {"-", 1};

	histogram_add(&d->took, micros);
	d->of[r->event][r->verdict]++;
	if (reason_last(r->field[RECORD_REASON], &reason) && reason.rule.n)
		name = reason.rule;
	rule = find(d, name);
	if (rule)
		rule->of[r->verdict]++;
	else
		d->beyond[r->verdict]++;
}

static void write_counts(struct buf *b, const char *what, struct span name,
    const uint64_t of[VERDICTS])
{
	for (int v = 0; v < VERDICTS; v++) {
		if (of[v])
			buf_addf(b, "metric %s %.*s %s %" PRIu64 "\n", what,
			    SPAN_ARG(name), verdict_name((enum verdict)v),
			    of[v]);
	}
}

void decided_write(const struct decided *d, struct buf *b)
{
	for (int e = 0; e < EVENTS; e++)
		write_counts(b, "records", span_of(event_name((enum event)e)),
		    d->of[e]);
	for (size_t i = 0; i < d->rules.slots; i++) {
		struct map_node *n = d->rules.slot[i];

		for (; n; n = n->next)
			write_counts(b, "rule", n->key,
			    MAP_OWNER(n, struct decided_rule, node)->of);
	}
	write_counts(b, "rule", span_of("(others)"), d->beyond);
	buf_adds(b, "metric decided ");
	histogram_write(&d->took, b);
	buf_addc(b, '\n');
}

void decided_release(struct decided *d)
{
	for (size_t i = 0; i < d->rules.slots; i++) {
		struct map_node *n = d->rules.slot[i], *next;

		for (; n; n = next) {
			next = n->next;
			free(MAP_OWNER(n, struct decided_rule, node));
		}
	}
	map_release(&d->rules);
	*d = (struct decided){0};
}
