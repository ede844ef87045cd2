/* SPDX-License-Identifier: ISC */
/* A window of ids: a ring of entries, and a table of open addressing over
 * them. */
#include "journal/ids.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/uuid.h"

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

/* Of '0' to '9' and 'a' to 'f', without a branch: they are random. */
static unsigned digit(char c)
{
	return ((unsigned)c & 15) + ((unsigned)c >> 6) * 9;
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

/* Of its text, which is at hand wherever it is looked for. */
static uint32_t hash_of(const struct ids *w, const char *id)
{
	static const unsigned char at[] = {0, 8, 16, 24, UUID_LEN - 8};
	uint64_t h = w->secret[0], word;

	for (size_t i = 0; i < sizeof(at); i++) {
		memcpy(&word, id + at[i], sizeof(word));
		h = (h ^ word) * w->secret[1];
		h ^= h >> 29;
	}
	return (uint32_t)(h * w->secret[1] >> 32);
}

/* Have the slot of a hash that will be wanted fetched while there is other
 * work: it is far from any that is in use now. */
static void fetch(const struct ids *w, uint32_t hash)
{
	__builtin_prefetch(&w->table[hash & w->mask]);
}

void ids_expect(const struct ids *w, struct span id)
{
	if (id.n >= UUID_LEN)
		fetch(w, hash_of(w, id.p));
}

/* The first slot from its home on that is empty or has that hash. */
static struct slot *probe(const struct ids *w, uint32_t hash, size_t i)
{
	i &= w->mask;
	while (w->table[i].at && w->table[i].hash != hash)
		i = (i + 1) & w->mask;
	return &w->table[i];
}

const struct id_entry *ids_find(const struct ids *w, struct span id)
{
	unsigned char raw[IDS_RAW];
	uint32_t hash = hash_of(w, id.p);
	struct slot *slot = probe(w, hash, hash);

	if (!slot->at)
		return NULL;
	ids_raw(raw, sizeof(raw), id.p);
	for (; slot->at; slot = probe(w, hash, (size_t)(slot - w->table) + 1)) {
		const struct id_entry *e = &w->ring[slot->at - 1];

		if (memcmp(e->id, raw, IDS_RAW) == 0)
			return e;
	}
	return NULL;
}

/* The slot of the entry there in the ring. */
static struct slot *slot_of(const struct ids *w, size_t at)
{
	size_t i = w->ring[at].hash & w->mask;

	while (w->table[i].at != at + 1)
		i = (i + 1) & w->mask;
	return &w->table[i];
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
	size_t i;

	if (w->size == 0)
		return;
	if (w->count == w->size)
		forget(w, slot_of(w, w->next));
	else
		w->count++;
	*e = *entry;
	ids_raw(e->id, IDS_RAW, id.p);
	e->hash = hash_of(w, id.p);
	for (i = e->hash & w->mask; w->table[i].at; i = (i + 1) & w->mask)
		;
	w->table[i] = (struct slot){e->hash, (uint32_t)w->next + 1};
	w->next = w->next + 1 == w->size ? 0 : w->next + 1;
	if (w->count == w->size)
		fetch(w, w->ring[w->next].hash);
}
