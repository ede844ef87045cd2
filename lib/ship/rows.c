/* SPDX-License-Identifier: ISC */
/* Records as rows. */
#include "ship/rows.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "ship/tables.h"

const char *const rows_table[ROWS_TABLES] = {
    "cup.records (journal, seq, time, id, node, session, event, verdict, "
    "reason, proof, kind, type, from_jid, to_jid, stanza_id, subject, thread, "
    "said, inner_kind, stanza, original)",
    "cup.participants (journal, seq, time, side, jid)",
    "cup.texts (journal, seq, time, body)",
    "cup.files (journal, seq, time, sha256, size, name)",
};

/* ---- values */

/* PostgreSQL, documentation of COPY, "Text Format". */
static void add_escaped(struct buf *b, struct span s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *as;

		switch (s.p[i]) {
		case '\\':
			as = "\\\\";
			break;
		case '\n':
			as = "\\n";
			break;
		case '\r':
			as = "\\r";
			break;
		case '\t':
			as = "\\t";
			break;
		default:
			continue;
		}
		buf_add(b, s.p + from, i - from);
		buf_add(b, as, 2);
		from = i + 1;
	}
	buf_add(b, s.p + from, s.n - from);
}

static void add_value(struct buf *b, bool there, struct span s)
{
	buf_addc(b, '\t');
	if (there)
		add_escaped(b, s);
	else
		buf_add(b, "\\N", 2);
}

static void add_own(struct buf *b, const struct record *r, enum record_field f)
{
	add_value(b, !record_absent(r, f), r->field[f]);
}

static void add_field(struct buf *b, struct rows_maker *m, enum field f)
{
	bool there;

	buf_reset(&m->value);
	there = fields_get(&m->fields, f, &m->value);
	add_value(b, there, buf_span(&m->value));
}

static void add_key(struct buf *b, struct span journal, uint64_t seq,
    const struct record *r)
{
	char digits[24];
	size_t n = sizeof(digits);

	do
		digits[--n] = (char)('0' + seq % 10);
	while (seq /= 10);
	buf_addspan(b, journal);
	buf_addc(b, '\t');
	buf_add(b, digits + n, sizeof(digits) - n);
	buf_addc(b, '\t');
	buf_addspan(b, r->field[RECORD_TIME]);
}

/* ---- tables */

static void add_said(struct buf *b, struct rows_maker *m)
{
	const struct inner *in = fields_inner(&m->fields);
	char text[STAMP_LEN];
	int64_t said;
	bool there = in && inner_said(in, &said);

	if (there)
		stamp_write(text, said);
	add_value(b, there, (struct span){text, there ? STAMP_LEN : 0});
	there = in && in->kind != INNER_NONE;
	add_value(b, there,
	    there ? span_of(inner_name(in->kind)) : (struct span){NULL, 0});
}

static void add_record(struct buf *b, struct rows_maker *m,
    const struct record *r)
{
	static const enum record_field head[] = {RECORD_ID, RECORD_NODE,
	    RECORD_SESSION, RECORD_EVENT, RECORD_VERDICT, RECORD_REASON,
	    RECORD_PROOF};
	static const enum field read[] = {FIELD_KIND, FIELD_TYPE, FIELD_FROM,
	    FIELD_TO, FIELD_STANZA_ID, FIELD_SUBJECT, FIELD_THREAD};

	for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++)
		add_own(b, r, head[i]);
	for (size_t i = 0; i < sizeof(read) / sizeof(*read); i++)
		add_field(b, m, read[i]);
	add_said(b, m);
	add_own(b, r, RECORD_STANZA);
	add_own(b, r, RECORD_ORIGINAL);
	buf_addc(b, '\n');
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

static void add_side(struct buf *b, const struct participant_list *l,
    const char *side, struct span key)
{
	for (size_t i = 0; i < l->count; i++) {
		if (!l->participant[i].jid.p || named_before(l, i))
			continue;
		buf_addspan(b, key);
		add_value(b, true, span_of(side));
		add_value(b, true, bare(l->participant[i].jid));
		buf_addc(b, '\n');
	}
}

static void add_participants(struct buf *b, struct rows_maker *m,
    const struct record *r, struct span key)
{
	const struct stanza *s = fields_stanza(&m->fields);
	struct participants *p = &m->participants;

	if (!s)
		return;
	participants_collect(p, s, r->event);
	add_side(b, &p->side[PARTICIPANTS_FROM], "from", key);
	add_side(b, &p->side[PARTICIPANTS_TO], "to", key);
}

/* Each line is "SHA256 SIZE NAME". */
static void add_files(struct buf *b, struct rows_maker *m, struct span key)
{
	struct span rest;

	buf_reset(&m->value);
	if (!fields_get(&m->fields, FIELD_FILE, &m->value))
		return;
	rest = buf_span(&m->value);
	while (rest.n) {
		const char *lf = memchr(rest.p, '\n', rest.n);
		size_t n = lf ? (size_t)(lf - rest.p) : rest.n;
		const char *a = memchr(rest.p, ' ', n);
		const char *c = a ? memchr(a + 1, ' ',
				        n - (size_t)(a + 1 - rest.p))
				  : NULL;

		if (c) {
			buf_addspan(b, key);
			add_value(b, true,
			    (struct span){rest.p, (size_t)(a - rest.p)});
			add_value(b, true,
			    (struct span){a + 1, (size_t)(c - a) - 1});
			add_value(b, true, (struct span){c + 1,
			    n - (size_t)(c + 1 - rest.p)});
			buf_addc(b, '\n');
		}
		n += lf != NULL;
		rest = (struct span){rest.p + n, rest.n - n};
	}
}

static void add_month(struct rows *to, struct span time)
{
	int64_t micros;
	int month;

	if (!stamp_read(time.p, time.n, &micros))
		return;
	month = tables_month(micros);
	for (size_t i = 0; i < to->months; i++) {
		if (to->month[i] == month)
			return;
	}
	to->month = mem_resize(to->month, to->months + 1, sizeof(*to->month));
	to->month[to->months++] = month;
}

void rows_add(struct rows *to, struct rows_maker *m, struct span journal,
    uint64_t seq, const struct record *r)
{
	struct buf *records = &to->table[ROWS_RECORDS];
	struct buf *texts = &to->table[ROWS_TEXTS];
	size_t at = records->len, len;
	struct span key;

	fields_begin(&m->fields, r, seq);
	add_month(to, r->field[RECORD_TIME]);
	add_key(records, journal, seq, r);
	len = records->len - at;
	add_record(records, m, r);
	key = (struct span){records->data + at, len};
	add_participants(&to->table[ROWS_PARTICIPANTS], m, r, key);
	buf_reset(&m->value);
	if (fields_get(&m->fields, FIELD_BODY, &m->value)) {
		buf_addspan(texts, key);
		add_value(texts, true, buf_span(&m->value));
		buf_addc(texts, '\n');
	}
	add_files(&to->table[ROWS_FILES], m, key);
	to->records++;
}

/* ---- what is taken away */

static bool number(struct span *s, uint64_t *n)
{
	size_t i = 0;

	*n = 0;
	while (i < s->n && i < 18 && s->p[i] >= '0' && s->p[i] <= '9')
		*n = *n * 10 + (uint64_t)(s->p[i++] - '0');
	*s = (struct span){s->p + i, s->n - i};
	return i > 0;
}

/* The word behind n others. */
static struct span word(struct span s, unsigned n)
{
	const char *end;

	while (n--) {
		end = memchr(s.p, ' ', s.n);
		if (!end)
			return (struct span){NULL, 0};
		s = (struct span){end + 1, s.n - (size_t)(end + 1 - s.p)};
	}
	end = memchr(s.p, ' ', s.n);
	return end ? (struct span){s.p, (size_t)(end - s.p)} : s;
}

/* "# pruned TIME FROM-TO ...", "# erasure TIME seq=SEQ ...". */
static bool taken_away(struct span note, uint64_t *from, uint64_t *to)
{
	struct span w = word(note, 3);

	if (!w.p)
		return false;
	if (span_starts(note, "# erasure ") && span_starts(w, "seq=")) {
		w = (struct span){w.p + 4, w.n - 4};
		*to = 0;
		return number(&w, from) && (*to = *from) && !w.n;
	}
	if (!span_starts(note, "# pruned ") || !number(&w, from) || !w.n ||
	    w.p[0] != '-')
		return false;
	w = (struct span){w.p + 1, w.n - 1};
	return number(&w, to) && !w.n;
}

bool rows_note(struct rows *rows, struct span journal, struct span note)
{
	static const char *const tables[] = {"records", "participants",
	    "texts", "files"};
	uint64_t from, to;

	if (!taken_away(note, &from, &to))
		return false;
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		buf_addf(&rows->after,
		    "DELETE FROM cup.%s WHERE journal = '%.*s' AND seq "
		    "BETWEEN %" PRIu64 " AND %" PRIu64 ";",
		    tables[i], SPAN_ARG(journal), from, to);
	return true;
}

/* ---- memory */

size_t rows_bytes(const struct rows *r)
{
	size_t n = 0;

	for (int i = 0; i < ROWS_TABLES; i++)
		n += r->table[i].len;
	return n;
}

void rows_reset(struct rows *r)
{
	for (int i = 0; i < ROWS_TABLES; i++)
		buf_reset(&r->table[i]);
	buf_reset(&r->after);
	r->records = r->months = 0;
}

void rows_release(struct rows *r)
{
	for (int i = 0; i < ROWS_TABLES; i++)
		buf_release(&r->table[i]);
	buf_release(&r->after);
	free(r->month);
	*r = (struct rows){0};
}

void rows_maker_release(struct rows_maker *m)
{
	fields_release(&m->fields);
	participants_release(&m->participants);
	buf_release(&m->value);
}
