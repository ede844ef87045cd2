/* SPDX-License-Identifier: ISC */
/* Records as rows. */
#include "ship/rows-internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "base/quantity.h"
#include "base/stamp.h"
#include "ship/copy.h"
#include "ship/tables.h"

/* Their columns, behind journal, seq and time. */
enum { RECORD_COLUMNS = 20, FILE_COLUMNS = 3 };

const char *const rows_table[ROWS_TABLES] = {
    "cup.records (" TABLES_RECORD ", words)",
    "cup.participants (journal, seq, time, side, jid)",
    "cup.files (journal, seq, time, sha256, size, name)",
    "pg_temp.unread (" TABLES_RECORD ", words)",
};

/* ---- values */

struct buf *rows_begin(struct rows *to, enum rows_table table,
    const struct rows_key *k, unsigned columns)
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
    const struct record *r, const struct rows_key *k)
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
	b = rows_begin(to, text && !read_here ? ROWS_UNREAD : ROWS_RECORDS, k,
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
static void add_file(struct rows *to, struct span line,
    const struct rows_key *k)
{
	struct span sha256, size;
	struct buf *b;
	uint64_t bytes;

	if (!cut_word(&line, &sha256) || !cut_word(&line, &size) ||
	    sha256.n != DIGEST_HEX)
		return;
	b = rows_begin(to, ROWS_FILES, k, FILE_COLUMNS);
	copy_text(b, sha256);
	if (quantity_digits(size, &bytes))
		copy_bigint(b, (int64_t)bytes);
	else
		copy_null(b);
	copy_text(b, line);
}

static void add_files(struct rows *to, struct rows_maker *m,
    const struct rows_key *k)
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
	struct rows_key k = {{to->journal, UUID_LEN}, (int64_t)seq, 0};

	(void)stamp_read(time.p, time.n, &k.time); /* record_parse did */
	fields_begin(&m->fields, r, seq);
	add_month(to, k.time);
	add_record(to, m, r, &k);
	rows_participants(to, m, r, &k);
	add_files(to, m, &k);
	to->records++;
}

/* ---- the end of a batch */

void rows_end(struct rows *r)
{
	rows_sort(r);
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
