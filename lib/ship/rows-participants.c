/* SPDX-License-Identifier: ISC */
/* Who records are from and to, as rows. */
#include "ship/rows-internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ship/copy.h"
#include "xml/jid.h"

enum {
	HEAD = 8,
	COLUMNS = 2, /* behind journal, seq and time */
};

static bool named_before(const struct participant_list *l, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (l->participant[i].jid.p &&
		    span_same(jid_bare(l->participant[i].jid),
			jid_bare(l->participant[n].jid)))
			return true;
	}
	return false;
}

static void add_jid(struct rows *to, struct span jid, const struct rows_key *k,
    bool receives)
{
	struct rows_jid *j;

	if (to->jid_count == to->jid_cap) {
		to->jid_cap = to->jid_cap ? 2 * to->jid_cap : 1024;
		to->jid = mem_resize(to->jid, to->jid_cap, sizeof(*to->jid));
	}
	j = &to->jid[to->jid_count++];
	*j = (struct rows_jid){.at = to->jids.len, .len = jid.n, .seq = k->seq,
	    .time = k->time, .to = receives};
	for (size_t i = 0; i < HEAD; i++)
		j->head = j->head << 8 |
		    (i < jid.n ? (unsigned char)jid.p[i] : 0);
	buf_addspan(&to->jids, jid);
}

void rows_participants(struct rows *to, struct rows_maker *m,
    const struct record *r, const struct rows_key *k)
{
	const struct stanza *s = fields_stanza(&m->fields);

	if (!s)
		return;
	participants_collect(&m->participants, s, r->event);
	for (int side = 0; side < PARTICIPANTS_SIDES; side++) {
		const struct participant_list *l = &m->participants.side[side];

		for (size_t i = 0; i < l->count; i++) {
			if (l->participant[i].jid.p && !named_before(l, i))
				add_jid(to, jid_bare(l->participant[i].jid), k,
				    side == PARTICIPANTS_TO);
		}
	}
}

static int compare_jids(const struct rows *r, const struct rows_jid *a,
    const struct rows_jid *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	int order;

	if (a->head != b->head)
		return a->head < b->head ? -1 : 1;
	order = memcmp(r->jids.data + a->at, r->jids.data + b->at, n);
	if (order == 0 && a->len != b->len)
		order = a->len < b->len ? -1 : 1;
	return order;
}

/* Merging keeps the lines of one address in order. */
static void sort(const struct rows *r, struct rows_jid *from,
    struct rows_jid *to, size_t n)
{
	size_t half = n / 2, a = 0, b = half;

	if (n < 2)
		return;
	sort(r, from, to, half);
	sort(r, from + half, to + half, n - half);
	for (size_t i = 0; i < n; i++) {
		if (b == n || (a < half &&
				  compare_jids(r, &from[a], &from[b]) <= 0))
			to[i] = from[a++];
		else
			to[i] = from[b++];
	}
	memcpy(from, to, n * sizeof(*from));
}

/* By address, as their index has them: what goes into it side by side costs a
 * tenth of what is spread over all of it. */
void rows_sort(struct rows *r)
{
	struct rows_jid *aside = mem_resize(NULL, r->jid_count + 1,
	    sizeof(*aside));

	sort(r, r->jid, aside, r->jid_count);
	free(aside);
	for (size_t i = 0; i < r->jid_count; i++) {
		const struct rows_jid *j = &r->jid[i];
		const struct rows_key k = {{r->journal, UUID_LEN}, j->seq,
		    j->time};
		struct buf *b = rows_begin(r, ROWS_PARTICIPANTS, &k, COLUMNS);

		copy_text(b, span_of(j->to ? "to" : "from"));
		copy_text(b, (struct span){r->jids.data + j->at, j->len});
	}
}
