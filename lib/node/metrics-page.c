/* SPDX-License-Identifier: ISC */
/* Numbers as text for who watches a node: the format. */
#include "node/metrics-page.h"

#include <inttypes.h>

#include "base/quantity.h"

/* In Prometheus' own format a counter's name has the end that its samples
 * have. */
void page_family(struct page *p, const char *name, enum page_type type,
    const char *help)
{
	static const char *const types[] = {"counter", "gauge", "histogram"};
	const char *end = type == PAGE_COUNTER && !p->open ? "_total" : "";

	p->name = name;
	buf_addf(p->out, "# HELP %s%s %s\n# TYPE %s%s %s\n", name, end, help,
	    name, end, types[type]);
}

void page_sample(struct page *p, const char *end)
{
	buf_addf(p->out, "%s%s", p->name, end);
	p->labels = 0;
}

void page_label(struct page *p, const char *key, struct span value)
{
	buf_addf(p->out, "%s%s=\"", p->labels++ ? "," : "{", key);
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c == '\\' || c == '"')
			buf_addc(p->out, '\\');
		buf_addc(p->out, c == '\n' ? ' ' : c);
	}
	buf_addc(p->out, '"');
}

static void end_labels(struct page *p)
{
	buf_adds(p->out, p->labels ? "} " : " ");
}

void page_whole(struct page *p, uint64_t value)
{
	end_labels(p);
	buf_addf(p->out, "%" PRIu64 "\n", value);
}

void page_real(struct page *p, double value)
{
	end_labels(p);
	buf_addf(p->out, "%.9g\n", value);
}

struct span page_word(struct span *rest)
{
	const char *end;
	struct span w = {NULL, 0};

	if (!rest->n)
		return w;
	end = memchr(rest->p, ' ', rest->n);
	w = (struct span){rest->p, end ? (size_t)(end - rest->p) : rest->n};
	*rest = end ? (struct span){end + 1, rest->n - w.n - 1}
		    : (struct span){"", 0};
	return w;
}

static bool line_next(struct span *rest, struct span *line)
{
	const char *end;

	if (!rest->n)
		return false;
	end = memchr(rest->p, '\n', rest->n);
	*line = (struct span){rest->p, end ? (size_t)(end - rest->p) : rest->n};
	*rest = end ? (struct span){end + 1, rest->n - line->n - 1}
		    : (struct span){"", 0};
	return true;
}

bool page_line(struct span *rest, const char *begin, struct span *line)
{
	while (line_next(rest, line)) {
		if (span_starts(*line, begin)) {
			line->p += strlen(begin);
			line->n -= strlen(begin);
			return true;
		}
	}
	return false;
}

bool page_number(struct span text, uint64_t *n)
{
	return text.p && quantity_digits(text, n);
}

void page_stage(struct page *p, const struct page_told *t)
{
	char digits[24];
	struct buf b = BUF_EMPTY;

	if (!t)
		return;
	buf_addf(&b, "%zu", t->stage);
	memcpy(digits, b.data, b.len);
	page_label(p, "pipeline", span_of(t->pipeline));
	page_label(p, "stage", (struct span){digits, b.len});
	buf_release(&b);
}

void page_histogram(struct page *p, const struct histogram *h,
    const struct page_told *t)
{
	uint64_t sum = 0;
	char le[24];

	for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++) {
		struct buf b = BUF_EMPTY;

		sum += h->of[i];
		if (i < HISTOGRAM_BOUNDS)
			buf_addf(&b, "%.9g", histogram_bounds[i] / 1e6);
		else
			buf_adds(&b, "+Inf");
		/* OpenMetrics writes a whole number as 1.0. */
		if (p->open && i < HISTOGRAM_BOUNDS &&
		    !memchr(b.data, '.', b.len) && !memchr(b.data, 'e', b.len))
			buf_adds(&b, ".0");
		memcpy(le, b.data, b.len);
		page_sample(p, "_bucket");
		page_stage(p, t);
		page_label(p, "le", (struct span){le, b.len});
		page_whole(p, sum);
		buf_release(&b);
	}
	page_sample(p, "_sum");
	page_stage(p, t);
	page_real(p, (double)h->sum / 1e6);
	page_sample(p, "_count");
	page_stage(p, t);
	page_whole(p, sum);
}
