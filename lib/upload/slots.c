/* SPDX-License-Identifier: ISC */
/* The table of slots. */
#include "upload/slots.h"

#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"

static struct span keep(char **to, struct span s)
{
	char *p = *to;

	memcpy(p, s.p ? s.p : "", s.n);
	*to += s.n;
	return (struct span){p, s.n};
}

static struct granted *copy(const struct slot *s)
{
	size_t n = s->put.n + s->get.n + s->from.n + s->session.n +
	    s->name.n + s->type.n;
	struct granted *g = mem_zalloc(sizeof(*g));
	char *p = g->text = mem_alloc(n + 1);

	g->bytes = n + sizeof(*g);
	g->slot = *s;
	g->slot.put = keep(&p, s->put);
	g->slot.get = keep(&p, s->get);
	g->slot.from = keep(&p, s->from);
	g->slot.session = keep(&p, s->session);
	g->slot.name = keep(&p, s->name);
	g->slot.type = keep(&p, s->type);
	return g;
}

void slots_spend(struct slots *s, struct granted *g)
{
	map_remove(&s->map, &g->node);
	*(g->prev ? &g->prev->next : &s->first) = g->next;
	*(g->next ? &g->next->prev : &s->last) = g->prev;
	s->bytes -= g->bytes;
	free(g->text);
	free(g);
}

static struct granted *find(const struct slots *s, struct span target)
{
	struct map_node *n = map_find(&s->map, target);

	return n ? MAP_OWNER(n, struct granted, node) : NULL;
}

bool slots_add(struct slots *s, const struct slot *slot, int64_t now)
{
	struct granted *g = find(s, slot_target(slot->put));

	if (g && g->busy)
		return true;
	if (g)
		slots_spend(s, g);
	slots_expire(s, now);
	g = copy(slot);
	if (s->bytes + g->bytes > SLOTS_MAX) {
		free(g->text);
		free(g);
		return false;
	}
	s->bytes += g->bytes;
	g->until = now + (int64_t)s->expires;
	g->prev = s->last;
	*(s->last ? &s->last->next : &s->first) = g;
	s->last = g;
	map_add(&s->map, &g->node, slot_target(g->slot.put));
	return true;
}

/* "host" is "host:443" of https. */
static bool same_authority(struct span url, struct span given)
{
	struct span site = slot_site(url);
	bool secure = span_starts(site, "https://");
	size_t skip = secure ? 8 : 7;
	const char *port = secure ? ":443" : ":80";

	site = (struct span){site.p + skip, site.n - skip};
	if (span_ends(site, port))
		site.n -= strlen(port);
	if (span_ends(given, port))
		given.n -= strlen(port);
	return site.n == given.n &&
	    strncasecmp(site.p, given.p, site.n) == 0;
}

struct granted *slots_find(struct slots *s, struct span target,
    struct span authority, int64_t now)
{
	struct granted *g = find(s, target);

	if (!g || (g->until < now && !g->busy) || !authority.p ||
	    !same_authority(g->slot.put, authority))
		return NULL;
	return g;
}

void slots_expire(struct slots *s, int64_t now)
{
	struct granted *next;

	for (struct granted *g = s->first; g && g->until < now; g = next) {
		next = g->next;
		if (!g->busy)
			slots_spend(s, g);
	}
}

void slots_release(struct slots *s)
{
	while (s->first)
		slots_spend(s, s->first);
	map_release(&s->map);
}
