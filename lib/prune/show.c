/* SPDX-License-Identifier: ISC */
/* A plan, and what was done, as a person reads it. */
#include "prune/show.h"

#include <inttypes.h>
#include <string.h>

enum { RANGES = 20, SECONDS = 19 };

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static bool same_reason(const struct cut_line *a, const struct cut_line *b)
{
	return strcmp(a->by, b->by) == 0 && strcmp(a->why, b->why) == 0;
}

/* "5, 9-12, ...": the lines up to to, which have one reason. */
static void ranges(struct buf *out, const struct cut *c, size_t from,
    size_t to)
{
	size_t shown = 0;

	for (size_t i = from, end; i < to; i = end) {
		end = i + 1;
		while (end < to && c->line[end].seq == c->line[end - 1].seq + 1)
			end++;
		if (shown++ == RANGES) {
			buf_adds(out, ", ...");
			return;
		}
		buf_addf(out, "%s%" PRIu64, i == from ? "" : ", ",
		    c->line[i].seq);
		if (end > i + 1)
			buf_addf(out, "-%" PRIu64, c->line[end - 1].seq);
	}
}

static void show_lines(struct buf *out, const char *journal,
    const struct cut *c)
{
	for (size_t i = 0, end; i < c->lines; i = end) {
		end = i + 1;
		while (end < c->lines && same_reason(&c->line[i],
					     &c->line[end]))
			end++;
		buf_addf(out, "%s: erase ", journal);
		ranges(out, c, i, end);
		buf_addf(out, " (%zu record%s): %s\n", end - i,
		    plural(end - i), c->line[i].why);
	}
}

void show_plan(struct buf *out, const char *journal, const struct plan *p)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct cut *c = &p->cut[i];

		if (c->to)
			buf_addf(out, "%s: prune %" PRIu64 "-%" PRIu64
				      " (%s, %" PRIu64 " record%s, %" PRIu64
				      " bytes): %s\n",
			    journal, c->first, c->to,
			    c->whole ? "a whole segment"
				     : "a segment's beginning",
			    c->records, plural(c->records), c->bytes, c->why);
		show_lines(out, journal, c);
	}
	for (size_t i = 0; i < p->torns; i++)
		buf_addf(out, "%s: remove %s, which a crash has left\n",
		    journal, p->torn[i]);
	for (size_t i = 0; i < p->files; i++)
		buf_addf(out, "%s: '%s', which was uploaded, is not removed\n",
		    journal, p->file[i]);
	if (p->held)
		buf_addf(out, "%s: %" PRIu64 " record%s held\n", journal,
		    p->held, p->held == 1 ? " is" : "s are");
	if (p->beside)
		buf_addf(out, "%s: %" PRIu64 " record%s only as others of the "
			      "same segment, of version 1, do\n",
		    journal, p->beside, p->beside == 1 ? " stays" : "s stay");
	if (plan_empty(p))
		buf_addf(out, "%s: nothing to do\n", journal);
}

void show_holds(struct buf *out, const struct hold_file *f)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct hold *h = &f->hold[i];

		buf_addf(out, "%s: %.*s: %" PRIu64 " record%s", h->name,
		    SPAN_ARG(buf_span(&h->text)), h->records,
		    plural(h->records));
		if (h->records)
			buf_addf(out, ", %.*sZ to %.*sZ", SECONDS, h->first,
			    SECONDS, h->last);
		buf_addc(out, '\n');
	}
}

/* "J: 3-7 pruned TIME by NAME: WHY" */
void show_note(struct buf *out, const char *journal,
    const struct prune_note *n)
{
	struct span since = n->time;

	/* It is written "since=TIME". */
	if (n->since.n)
		since = (struct span){n->since.p + 6, n->since.n - 6};
	buf_addf(out, "%s: %" PRIu64, journal, n->from);
	if (n->pruned)
		buf_addf(out, "-%" PRIu64, n->to);
	buf_addf(out, " %s %.*s by %.*s: %.*s\n",
	    n->pruned ? "pruned" : "erased", SPAN_ARG(since),
	    SPAN_ARG(n->by), SPAN_ARG(n->why));
}
