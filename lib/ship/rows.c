/* SPDX-License-Identifier: ISC */
/* Records as rows. */
#include "ship/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "base/quantity.h"
#include "base/stamp.h"
#include "ship/copy.h"
#include "ship/tables.h"

enum { HEAD = 8 };

/* Their columns, behind journal, seq and time. */
enum { RECORD_COLUMNS = 20, PARTICIPANT_COLUMNS = 2, FILE_COLUMNS = 3 };

const char *const rows_table[ROWS_TABLES] = {
    "cup.records (" TABLES_RECORD ", words)",
    "cup.participants (journal, seq, time, side, jid)",
    "cup.files (journal, seq, time, sha256, size, name)",
    "pg_temp.unread (" TABLES_RECORD ", words)",
};

/* The row of which record. */
struct key {
	struct span journal;
	int64_t seq, time;
};

/* ---- values */

static struct buf *begin_row(struct rows *to, enum rows_table table,
    const struct key *k, unsigned columns)
{
	struct buf *b = &to->table[table];

	if (!b->len)
		copy_begin(b);
	copy_row(b, 3 + columns);
	copy_uuid(b, k->journal);
	copy_bigint(b, k->seq);
	copy_time(b, k->time);
	return b;
}

static void add_own(struct buf *b, const struct record *r, enum record_field f)
{
	if (record_absent(r, f))
		copy_null(b);
	else
		copy_text(b, r->field[f]);
}

static void add_field(struct buf *b, struct rows_maker *m, enum field f)
{
	buf_reset(&m->value);
	if (fields_get(&m->fields, f, &m->value))
		copy_text(b, buf_span(&m->value));
	else
		copy_null(b);
}

/* ---- tables */

static void add_said(struct buf *b, struct rows_maker *m)
{
	const struct inner *in = fields_inner(&m->fields);
	int64_t said;

	if (in && inner_said(in, &said))
		copy_time(b, said);
	else
		copy_null(b);
	if (in && in->kind != INNER_NONE)
		copy_text(b, span_of(inner_name(in->kind)));
	else
		copy_null(b);
}

static void add_record(struct rows *to, struct rows_maker *m,
    const struct record *r, const struct key *k)
{
	static const enum record_field head[] = {RECORD_NODE, RECORD_SESSION,
	    RECORD_EVENT, RECORD_VERDICT, RECORD_REASON, RECORD_PROOF};
	static const enum field taken[] = {FIELD_KIND, FIELD_TYPE, FIELD_FROM,
	    FIELD_TO, FIELD_STANZA_ID, FIELD_SUBJECT, FIELD_THREAD};
	bool text, read_here;
	struct buf *b;

	buf_reset(&m->body);
	text = fields_get(&m->fields, FIELD_BODY, &m->body);
	read_here = text && !m->unread &&
	    words_find(&m->words, buf_span(&m->body));
	b = begin_row(to, text && !read_here ? ROWS_UNREAD : ROWS_RECORDS, k,
	    RECORD_COLUMNS);
	copy_uuid(b, r->field[RECORD_ID]);
	for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++)
		add_own(b, r, head[i]);
	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++)
		add_field(b, m, taken[i]);
	add_said(b, m);
	add_own(b, r, RECORD_STANZA);
	add_own(b, r, RECORD_ORIGINAL);
	if (text)
		copy_text(b, buf_span(&m->body));
	else
		copy_null(b);
	if (read_here)
		words_add(&m->words, b);
	else
		copy_null(b);
}

static struct span bare(struct span jid)
{
	const char *slash = memchr(jid.p, '/', jid.n);

	return slash ? (struct span){jid.p, (size_t)(slash - jid.p)} : jid;
}

static bool named_before(const struct participant_list *l, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (l->participant[i].jid.p &&
		    span_same(bare(l->participant[i].jid),
			bare(l->participant[n].jid)))
			return true;
	}
	return false;
}

static void add_jid(struct rows *to, struct span jid, const struct key *k,
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

static void add_participants(struct rows *to, struct rows_maker *m,
    const struct record *r, const struct key *k)
{
	const struct stanza *s = fields_stanza(&m->fields);

	if (!s)
		return;
	participants_collect(&m->participants, s, r->event);
	for (int side = 0; side < PARTICIPANTS_SIDES; side++) {
		const struct participant_list *l = &m->participants.side[side];

		for (size_t i = 0; i < l->count; i++) {
			if (l->participant[i].jid.p && !named_before(l, i))
				add_jid(to, bare(l->participant[i].jid), k,
				    side == PARTICIPANTS_TO);
		}
	}
}

/* The word in front of the next space; false: there is none. */
static bool cut_word(struct span *line, struct span *word)
{
	const char *space = memchr(line->p, ' ', line->n);

	if (!space)
		return false;
	*word = (struct span){line->p, (size_t)(space - line->p)};
	*line = (struct span){space + 1, line->n - word->n - 1};
	return true;
}

/* "SHA256 SIZE NAME". */
static void add_file(struct rows *to, struct span line, const struct key *k)
{
	struct span sha256, size;
	struct buf *b;
	uint64_t bytes;

	if (!cut_word(&line, &sha256) || !cut_word(&line, &size) ||
	    sha256.n != DIGEST_HEX)
		return;
	b = begin_row(to, ROWS_FILES, k, FILE_COLUMNS);
	copy_text(b, sha256);
	if (quantity_digits(size, &bytes))
		copy_bigint(b, (int64_t)bytes);
	else
		copy_null(b);
	copy_text(b, line);
}

static void add_files(struct rows *to, struct rows_maker *m,
    const struct key *k)
{
	struct span rest;

	buf_reset(&m->value);
	if (!fields_get(&m->fields, FIELD_FILE, &m->value))
		return;
	rest = buf_span(&m->value);
	while (rest.n) {
		const char *lf = memchr(rest.p, '\n', rest.n);
		size_t n = lf ? (size_t)(lf - rest.p) : rest.n;

		add_file(to, (struct span){rest.p, n}, k);
		n += lf != NULL;
		rest = (struct span){rest.p + n, rest.n - n};
	}
}

static void add_month(struct rows *to, int64_t micros)
{
	int month = tables_month(micros);

	for (size_t i = 0; i < to->months; i++) {
		if (to->month[i] == month)
			return;
	}
	to->month = mem_resize(to->month, to->months + 1, sizeof(*to->month));
	to->month[to->months++] = month;
}

void rows_add(struct rows *to, struct rows_maker *m, uint64_t seq,
    const struct record *r)
{
	struct span time = r->field[RECORD_TIME];
	struct key k = {{to->journal, UUID_LEN}, (int64_t)seq, 0};

	(void)stamp_read(time.p, time.n, &k.time); /* record_parse did */
	fields_begin(&m->fields, r, seq);
	add_month(to, k.time);
	add_record(to, m, r, &k);
	add_participants(to, m, r, &k);
	add_files(to, m, &k);
	to->records++;
}

/* ---- the end of a batch */

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
static void put_participants(struct rows *r)
{
	struct rows_jid *aside = mem_resize(NULL, r->jid_count + 1,
	    sizeof(*aside));

	sort(r, r->jid, aside, r->jid_count);
	free(aside);
	for (size_t i = 0; i < r->jid_count; i++) {
		const struct rows_jid *j = &r->jid[i];
		const struct key k = {{r->journal, UUID_LEN}, j->seq, j->time};
		struct buf *b = begin_row(r, ROWS_PARTICIPANTS, &k,
		    PARTICIPANT_COLUMNS);

		copy_text(b, span_of(j->to ? "to" : "from"));
		copy_text(b, (struct span){r->jids.data + j->at, j->len});
	}
}

void rows_end(struct rows *r)
{
	put_participants(r);
	for (int i = 0; i < ROWS_TABLES; i++) {
		if (r->table[i].len)
			copy_end(&r->table[i]);
	}
}

/* ---- memory */

size_t rows_bytes(const struct rows *r)
{
	size_t n = r->jid_count * sizeof(*r->jid) + r->jids.len;

	for (int i = 0; i < ROWS_TABLES; i++)
		n += r->table[i].len;
	return n;
}

void rows_reset(struct rows *r)
{
	for (int i = 0; i < ROWS_TABLES; i++)
		buf_reset(&r->table[i]);
	buf_reset(&r->after);
	buf_reset(&r->jids);
	r->records = r->months = r->jid_count = 0;
}

void rows_release(struct rows *r)
{
	for (int i = 0; i < ROWS_TABLES; i++)
		buf_release(&r->table[i]);
	buf_release(&r->after);
	buf_release(&r->jids);
	free(r->month);
	free(r->jid);
	*r = (struct rows){0};
}

void rows_maker_release(struct rows_maker *m)
{
	fields_release(&m->fields);
	participants_release(&m->participants);
	words_release(&m->words);
	buf_release(&m->value);
	buf_release(&m->body);
}
