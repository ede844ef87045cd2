/* SPDX-License-Identifier: ISC */
/* A window of ids: a ring of entries, and a table of open addressing over
 * them. */
#include "journal-ids.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "uuid.h"

/* The hash is kept, so that the ring, which is larger than a processor's
 * cache, is looked at only for an id that is in it. */
struct slot {
	uint32_t hash;
	uint32_t at; /* in ring, + 1; 0: empty */
};

struct ids {
	struct id_entry *ring;
	size_t size, count, next; /* next: the slot of the ring to fill */
	struct slot *table;
	size_t mask;
	uint64_t secret[2]; /* ids come from outside: no one aims at a slot */
};

struct ids *ids_new(size_t size)
{
	struct ids *w = mem_zalloc(sizeof(*w));
	size_t slots = 16;

	while (slots < size * 2)
		slots *= 2;
	w->size = size;
	w->mask = slots - 1;
	w->ring = mem_resize(NULL, size, sizeof(*w->ring));
	w->table = mem_zalloc(slots * sizeof(*w->table));
	uuid_random(w->secret, sizeof(w->secret));
	w->secret[1] |= 1;
	return w;
}

void ids_free(struct ids *w)
{
	if (!w)
		return;
	free(w->ring);
	free(w->table);
	free(w);
}

static unsigned digit(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a' + 10);
}

void ids_raw(unsigned char *out, size_t n, const char *hex)
{
	for (size_t i = 0; i < n; i++) {
		if (*hex == '-')
			hex++;
		out[i] = (unsigned char)(digit(hex[0]) << 4 | digit(hex[1]));
		hex += 2;
	}
}

static uint32_t hash_of(const struct ids *w, const unsigned char *raw)
{
	uint64_t a, b;

	memcpy(&a, raw, sizeof(a));
	memcpy(&b, raw + sizeof(a), sizeof(b));
	a = (a ^ w->secret[0]) * w->secret[1];
	a = (a ^ (a >> 32) ^ b) * w->secret[1];
	a = (a ^ (a >> 29) ^ w->secret[0]) * w->secret[1];
	return (uint32_t)(a >> 32);
}

/* The slot of that id, or the empty one where it belongs. */
static struct slot *probe(const struct ids *w, uint32_t hash,
    const unsigned char *raw)
{
	size_t i = hash & w->mask;

	while (w->table[i].at && (w->table[i].hash != hash ||
	    memcmp(w->ring[w->table[i].at - 1].id, raw, IDS_RAW) != 0))
		i = (i + 1) & w->mask;
	return &w->table[i];
}

const struct id_entry *ids_find(const struct ids *w, struct span id)
{
	unsigned char raw[IDS_RAW];
	uint32_t at;

	if (w->size == 0)
		return NULL;
	ids_raw(raw, sizeof(raw), id.p);
	at = probe(w, hash_of(w, raw), raw)->at;
	return at ? &w->ring[at - 1] : NULL;
}

/* Empty a slot, and move back what only stands behind it for its sake. */
static void forget(struct ids *w, struct slot *slot)
{
	size_t hole = (size_t)(slot - w->table), i = hole;

	for (;;) {
		size_t home;

		i = (i + 1) & w->mask;
		if (!w->table[i].at)
			break;
		home = w->table[i].hash & w->mask;
		if (((i - home) & w->mask) >= ((i - hole) & w->mask)) {
			w->table[hole] = w->table[i];
			hole = i;
		}
	}
	w->table[hole].at = 0;
}

void ids_add(struct ids *w, struct span id, const struct id_entry *entry)
{
	struct id_entry *e = w->ring + w->next;
	uint32_t hash;

	if (w->size == 0)
		return;
	if (w->count == w->size)
		forget(w, probe(w, hash_of(w, e->id), e->id));
	else
		w->count++;
	*e = *entry;
	ids_raw(e->id, IDS_RAW, id.p);
	hash = hash_of(w, e->id);
	*probe(w, hash, e->id) = (struct slot){hash, (uint32_t)w->next + 1};
	w->next = (w->next + 1) % w->size;
}
