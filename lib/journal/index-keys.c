/* SPDX-License-Identifier: ISC */
/* The keys of a line. What is left out here is not found by a search that goes
 * by the index: each condition of search.c that is asked of it has its keys. */
#include "journal/index-keys.h"

#include <stdlib.h>

#include "base/fnv.h"
#include "base/mem.h"
#include "base/stamp.h"
#include "journal/segment.h"
#include "xml/jid.h"

/* The last steps of MurmurHash3: the high bits, too, are of all of it. */
static uint64_t mix(uint64_t h)
{
	h = (h ^ h >> 33) * UINT64_C(0xff51afd7ed558ccd);
	h = (h ^ h >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 33;
}

uint64_t index_key(enum index_kind kind, struct span value)
{
	return mix(fnv_hash(value) + (uint64_t)kind * UINT64_C(0x9e3779b97f4a7c15));
}

static void add(struct index_keys *k, enum index_kind kind, struct span value)
{
	if (k->count == k->cap) {
		k->cap = k->cap ? 2 * k->cap : 32;
		k->key = mem_resize(k->key, k->cap, sizeof(*k->key));
	}
	k->key[k->count++] = index_key(kind, value);
}

static void add_address(struct index_keys *k, enum index_kind kind,
    struct span jid)
{
	struct span bare = jid_bare(jid), domain = jid_domain(jid);

	add(k, kind, bare);
	if (!span_same(bare, domain))
		add(k, kind, domain);
}

static void add_people(struct index_keys *k, enum event event)
{
	static const enum index_kind kinds[] = {
	    [PARTICIPANTS_FROM] = INDEX_FROM, [PARTICIPANTS_TO] = INDEX_TO};

	participants_collect(&k->participants, &k->tree, event);
	for (int side = 0; side < PARTICIPANTS_SIDES; side++) {
		const struct participant_list *list =
		    &k->participants.side[side];

		for (size_t i = 0; i < list->count; i++) {
			const struct participant *one = &list->participant[i];

			add_address(k, kinds[side],
			    one->jid.p ? one->jid : one->raw);
			if (one->other.p)
				add_address(k, kinds[side], one->other);
		}
	}
}

static void add_attribute(struct index_keys *k, const char *name)
{
	struct span value = stanza_get(&k->tree, 0, name);

	if (!value.p)
		return;
	buf_reset(&k->chars);
	stanza_unescape(&k->chars, value);
	add(k, INDEX_ID, buf_span(&k->chars));
}

static void add_stanza(struct index_keys *k, const struct record *r,
    enum record_field f)
{
	if (stanza_read(&k->tree, r->field[f])) {
		add(k, INDEX_BROKEN, (struct span){NULL, 0});
		return;
	}
	add_people(k, r->event);
	if (f != RECORD_STANZA)
		return;
	add_attribute(k, "id");
	if (r->event > EVENT_RECV)
		add_attribute(k, "ref");
}

static void add_reasons(struct index_keys *k, struct span rest)
{
	struct reason reason;

	while (reason_next(&rest, &reason)) {
		struct span full = reason.rule;

		add(k, INDEX_RULE, reason.rule);
		full.n += reason.tag.n ? 1 + reason.tag.n : 0;
		add(k, INDEX_RULE, full);
	}
}

static void take_record(struct index_keys *k, const struct record *r)
{
	const struct span *f = r->field;

	k->timed = stamp_read(f[RECORD_TIME].p, f[RECORD_TIME].n, &k->time);
	add(k, INDEX_ID, f[RECORD_ID]);
	add(k, INDEX_NODE, f[RECORD_NODE]);
	add(k, INDEX_SESSION, f[RECORD_SESSION]);
	add(k, INDEX_EVENT, span_of(event_name(r->event)));
	add(k, INDEX_VERDICT, span_of(verdict_name(r->verdict)));
	add_reasons(k, f[RECORD_REASON]);
	add_stanza(k, r, RECORD_STANZA);
	if (!record_absent(r, RECORD_ORIGINAL))
		add_stanza(k, r, RECORD_ORIGINAL);
	if (!k->timed)
		add(k, INDEX_BROKEN, (struct span){NULL, 0});
}

void index_keys_take(struct index_keys *k, struct span line)
{
	struct span chain, text;
	uint64_t seq, from;
	struct record r;

	k->count = 0;
	k->timed = false;
	if (journal_split_pruned(line, &from, &seq, &chain, &text))
		return;
	if (line.n > JOURNAL_LINE_MAX ||
	    !journal_split(line, &seq, &chain, &text))
		add(k, INDEX_BROKEN, (struct span){NULL, 0});
	else if (text.n && text.p[0] == '#')
		return;
	else if (record_parse(&r, text.p, text.n))
		add(k, INDEX_BROKEN, (struct span){NULL, 0});
	else
		take_record(k, &r);
}

void index_keys_release(struct index_keys *k)
{
	free(k->key);
	stanza_release(&k->tree);
	participants_release(&k->participants);
	buf_release(&k->chars);
	*k = (struct index_keys){0};
}
