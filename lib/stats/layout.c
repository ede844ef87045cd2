/* SPDX-License-Identifier: ISC */
/* Counted rows, shown; and the formats that are for programs. */
#include "stats/layout.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"

const char *const layout_numbers[LAYOUT_NUMBERS] = {"records", "share",
    "held", "refused", "stopped"};

void layout_number(const struct layout_row *r, size_t column, struct buf *out)
{
	const uint64_t whole[LAYOUT_NUMBERS] = {r->records, 0, r->held,
	    r->refused, 0};

	if (column == 1 || column == 4)
		buf_addf(out, "%.1f", column == 1 ? r->share : r->stopped);
	else
		buf_addf(out, "%" PRIu64, whole[column]);
}

static void tab(const struct layout_page *p, struct buf *out)
{
	for (size_t i = 0; i < p->rows; i++) {
		for (size_t k = 0; k < p->plan->keys; k++) {
			struct span v = p->row[i].value[k];

			print_tab_value(&p->layout->print,
			    v.n ? v : (struct span){NULL, 0}, out);
			buf_addc(out, '\t');
		}
		for (size_t n = 0; n < LAYOUT_NUMBERS; n++) {
			layout_number(&p->row[i], n, out);
			buf_addc(out, n + 1 < LAYOUT_NUMBERS ? '\t' : '\n');
		}
	}
}

static void csv(const struct layout_page *p, struct buf *out)
{
	for (size_t k = 0; k < p->plan->keys; k++)
		buf_addf(out, "%s,", stats_key_name(p->plan->by[k]));
	for (size_t n = 0; n < LAYOUT_NUMBERS; n++)
		buf_addf(out, "%s%s", layout_numbers[n],
		    n + 1 < LAYOUT_NUMBERS ? "," : "\r\n");
	for (size_t i = 0; i < p->rows; i++) {
		for (size_t k = 0; k < p->plan->keys; k++) {
			print_csv_cell(&p->layout->print, p->row[i].value[k],
			    out);
			buf_addc(out, ',');
		}
		for (size_t n = 0; n < LAYOUT_NUMBERS; n++) {
			layout_number(&p->row[i], n, out);
			buf_adds(out, n + 1 < LAYOUT_NUMBERS ? "," : "\r\n");
		}
	}
}

static void json(const struct layout_page *p, struct buf *out)
{
	for (size_t i = 0; i < p->rows; i++) {
		for (size_t k = 0; k < p->plan->keys; k++) {
			buf_addf(out, "%c\"%s\":", k ? ',' : '{',
			    stats_key_name(p->plan->by[k]));
			if (p->row[i].value[k].n)
				print_json_string(out, p->row[i].value[k]);
			else
				buf_adds(out, "null");
		}
		for (size_t n = 0; n < LAYOUT_NUMBERS; n++) {
			buf_addf(out, ",\"%s\":", layout_numbers[n]);
			layout_number(&p->row[i], n, out);
		}
		buf_adds(out, "}\n");
	}
}

const struct layout_format layout_tab = {"tab", tab};
const struct layout_format layout_csv = {"csv", csv};
const struct layout_format layout_json = {"json", json};

const struct layout_format *layout_format_from(const char *name)
{
	static const struct layout_format *const formats[] = {&layout_table,
	    &layout_tab, &layout_csv, &layout_json};

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	}
	return NULL;
}

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0.0;
}

static struct layout_row numbers(const struct counts *c, uint64_t all)
{
	struct layout_row r = {.records = counts_all(c),
	    .held = c->of[VERDICT_HOLD], .refused = counts_refused(c)};

	r.share = percent(r.records, all);
	r.stopped = percent(r.held + r.refused, r.records);
	return r;
}

void layout_write(struct layout *r, const struct counting *t, struct buf *out)
{
	uint64_t all = counts_all(&t->all);
	struct layout_page page = {.layout = r, .plan = t->plan,
	    .all = numbers(&t->all, all)};
	struct counting_row **rows = counting_rows(t, &page.rows);
	struct layout_row *shown;

	if (r->limit && page.rows > r->limit)
		page.rows = r->limit;
	shown = mem_zalloc((page.rows + 1) * sizeof(*shown));
	for (size_t i = 0; i < page.rows; i++) {
		shown[i] = numbers(&rows[i]->counts, all);
		for (size_t k = 0; k < t->plan->keys; k++)
			shown[i].value[k] = counting_value(rows[i], k);
	}
	page.row = shown;
	r->format->write(&page, out);
	free(shown);
	free(rows);
}

void layout_release(struct layout *r)
{
	print_release(&r->print);
}
