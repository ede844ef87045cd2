/* SPDX-License-Identifier: ISC */
/* Counted rows as a table with bars, for a person. */
#include "stats/layout.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "journal/printable.h"

enum {
	GAP = 2,
	VALUE_MAX = 40, /* columns of a value; a longer one is cut */
	BAR_MIN = 8,	/* columns; with fewer there is no bar */
	BAR_MAX = 100,
	EIGHTHS = 8,
};

#define PLAIN "\033[0m"
#define BOLD "\033[1m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define RED "\033[31m"

struct table {
	const struct layout_page *page;
	size_t value[COUNTING_BY_MAX]; /* columns of each */
	size_t number[LAYOUT_NUMBERS];
	size_t bar;
	uint64_t most;
	struct buf cell;
	struct buf *out;
};

/* The cell gets a value as a terminal may be shown it; returns its columns. */
static size_t set_value(struct table *t, struct span value)
{
	size_t columns = 0, step;

	buf_reset(&t->cell);
	if (!value.n) {
		buf_addc(&t->cell, '-');
		return 1;
	}
	for (size_t i = 0; i < value.n; i += step) {
		step = utf8_char(value.p + i, value.n - i);
		if (!step)
			break;
		if (columns + 2 > VALUE_MAX && i + step < value.n) {
			buf_adds(&t->cell, "\xe2\x80\xa6"); /* an ellipsis */
			return columns + 1;
		}
		columns += printable_char(&t->cell, value.p + i, step);
	}
	return columns;
}

static void fill(struct buf *out, size_t columns)
{
	while (columns--)
		buf_addc(out, ' ');
}

static void widen(size_t *width, size_t columns)
{
	if (*width < columns)
		*width = columns;
}

static void measure_numbers(struct table *t, const struct layout_row *r)
{
	for (size_t n = 0; n < LAYOUT_NUMBERS; n++) {
		buf_reset(&t->cell);
		layout_number(r, n, &t->cell);
		widen(&t->number[n], t->cell.len);
	}
}

static void measure(struct table *t)
{
	const struct layout_page *p = t->page;
	size_t used = 0;

	for (size_t k = 0; k < p->plan->keys; k++) {
		t->value[k] = strlen(stats_key_name(p->plan->by[k]));
		for (size_t i = 0; i < p->rows; i++)
			widen(&t->value[k], set_value(t, p->row[i].value[k]));
		used += t->value[k] + GAP;
	}
	for (size_t n = 0; n < LAYOUT_NUMBERS; n++)
		t->number[n] = strlen(layout_numbers[n]);
	measure_numbers(t, &p->all);
	for (size_t i = 0; i < p->rows; i++) {
		measure_numbers(t, &p->row[i]);
		if (t->most < p->row[i].records)
			t->most = p->row[i].records;
	}
	for (size_t n = 0; n < LAYOUT_NUMBERS; n++)
		used += t->number[n] + GAP;
	t->bar = p->layout->width > used ? p->layout->width - used : 0;
	if (t->bar > BAR_MAX)
		t->bar = BAR_MAX;
	if (t->bar < BAR_MIN)
		t->bar = 0;
}

static void colour(struct table *t, const char *sequence)
{
	if (t->page->layout->colour)
		buf_adds(t->out, sequence);
}

static void add_number(struct table *t, size_t n, const char *sequence)
{
	size_t missing = t->number[n] - t->cell.len;

	fill(t->out, missing);
	if (sequence)
		colour(t, sequence);
	buf_addspan(t->out, buf_span(&t->cell));
	if (sequence)
		colour(t, PLAIN);
}

static void add_numbers(struct table *t, const struct layout_row *r)
{
	const char *const colours[LAYOUT_NUMBERS] = {NULL, NULL,
	    r->held ? YELLOW : NULL, r->refused ? RED : NULL, NULL};

	for (size_t n = 0; n < LAYOUT_NUMBERS; n++) {
		buf_reset(&t->cell);
		layout_number(r, n, &t->cell);
		if (n)
			fill(t->out, GAP);
		add_number(t, n, colours[n]);
	}
}

/* So many eighths of a column: U+2588 is a full block, U+2589 to U+258F are of
 * seven eighths to one. */
static void blocks(struct table *t, size_t eighths, const char *sequence)
{
	char glyph[4];

	if (!eighths)
		return;
	colour(t, sequence);
	for (; eighths >= EIGHTHS; eighths -= EIGHTHS)
		buf_add(t->out, glyph, utf8_put(glyph, 0x2588));
	if (eighths)
		buf_add(t->out, glyph,
		    utf8_put(glyph, (uint32_t)(0x2590 - eighths)));
	colour(t, PLAIN);
}

static size_t eighths(const struct table *t, uint64_t count)
{
	size_t all = t->bar * EIGHTHS;
	size_t n = (size_t)((double)count / (double)t->most * (double)all + 0.5);

	return n > all ? all : n;
}

/* First what passed, then what was held, then what was refused: each but the
 * last ends with a whole column. What there is at all is seen. */
static void add_bar(struct table *t, const struct layout_row *r)
{
	uint64_t stopped = r->held + r->refused;
	size_t bar, passed, held;

	if (!t->bar || !r->records)
		return;
	fill(t->out, GAP);
	bar = eighths(t, r->records);
	bar = bar ? bar : 1;
	passed = stopped ? eighths(t, r->records - stopped) : bar;
	held = r->refused ? eighths(t, r->records - r->refused) : bar;
	if (!t->page->layout->colour) {
		blocks(t, bar, "");
		return;
	}
	passed -= stopped ? passed % EIGHTHS : 0;
	held -= r->refused ? held % EIGHTHS : 0;
	blocks(t, passed, GREEN);
	blocks(t, held - passed, YELLOW);
	blocks(t, bar - held, RED);
}

static void head(struct table *t)
{
	const struct layout_page *p = t->page;

	colour(t, BOLD);
	for (size_t k = 0; k < p->plan->keys; k++) {
		const char *name = stats_key_name(p->plan->by[k]);

		buf_adds(t->out, name);
		fill(t->out, t->value[k] - strlen(name) + GAP);
	}
	for (size_t n = 0; n < LAYOUT_NUMBERS; n++) {
		fill(t->out, (n ? GAP : 0) + t->number[n] -
			strlen(layout_numbers[n]));
		buf_adds(t->out, layout_numbers[n]);
	}
	colour(t, PLAIN);
	buf_addc(t->out, '\n');
}

/* What a row has in common with the one above it is not said again. */
static void add_row(struct table *t, size_t i)
{
	const struct layout_page *p = t->page;
	const struct layout_row *r = &p->row[i];

	for (size_t k = 0; k < p->plan->keys; k++) {
		size_t columns = 0;
		bool again = i && k + 1 < p->plan->keys &&
		    span_same(r->value[k], p->row[i - 1].value[k]);

		if (!again) {
			columns = set_value(t, r->value[k]);
			buf_addspan(t->out, buf_span(&t->cell));
		}
		fill(t->out, t->value[k] - columns + GAP);
	}
	add_numbers(t, r);
	add_bar(t, r);
	buf_addc(t->out, '\n');
}

static void foot(struct table *t)
{
	const struct layout_page *p = t->page;

	for (size_t k = 0; k < p->plan->keys; k++) {
		buf_adds(t->out, k ? "" : "all");
		fill(t->out, t->value[k] - (k ? 0 : 3) + GAP);
	}
	add_numbers(t, &p->all);
	buf_addc(t->out, '\n');
}

static void write_table(const struct layout_page *p, struct buf *out)
{
	struct table t = {.page = p, .out = out};

	measure(&t);
	head(&t);
	for (size_t i = 0; i < p->rows; i++)
		add_row(&t, i);
	foot(&t);
	buf_release(&t.cell);
}

const struct layout_format layout_table = {"table", write_table};
