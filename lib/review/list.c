/* SPDX-License-Identifier: ISC */
/* What is held, for people. */
#include "review/list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "journal/journal.h"
#include "journal/source.h"
#include "review/context.h"
#include "review/ledger.h"

static enum list_reading unread(struct buf *why, const char *path,
    const char *what)
{
	buf_reset(why);
	buf_addf(why, "'%s' %s: %s", path, what, strerror(errno));
	return LIST_UNREAD;
}

/* Hand each record of a source to fn, up to its end. */
static enum list_reading read_source(const char *path,
    void (*fn)(void *, const struct record *, struct span), void *arg,
    struct buf *why)
{
	enum list_reading found = LIST_WHOLE;
	enum source_item item;
	const char *reason;
	struct source s;
	struct record r;

	if (!source_open(&s, path, &reason)) {
		found = unread(why, path, reason);
		source_release(&s);
		return found;
	}
	while ((item = source_next(&s, &r)) != SOURCE_END) {
		if (item == SOURCE_RECORD)
			fn(arg, &r, s.line);
		if (item == SOURCE_BAD && found == LIST_WHOLE) {
			found = LIST_BROKEN;
			buf_addf(why, "%s: %s", source_where(&s), s.why);
		}
		if (item == SOURCE_ERROR) {
			found = unread(why, s.why, "cannot be read");
			break;
		}
	}
	source_release(&s);
	return found;
}

static void take(void *arg, const struct record *r, struct span line)
{
	(void)holds_take(arg, r, line);
}

enum list_reading list_journal(
    struct holds *s, const char *journal, struct buf *why)
{
	return read_source(journal, take, s, why);
}

static char *beside(const char *journal)
{
	struct buf path = BUF_EMPTY;

	buf_adds(&path, journal);
	while (path.len > 1 && path.data[path.len - 1] == '/')
		path.len--;
	buf_adds(&path, ".review");
	return buf_detach(&path);
}

/* The reviews first, so that not all lines have to be kept that ever were
 * held; and then those that came meanwhile. */
static enum list_reading read_both(struct holds *s, const char *journal,
    struct journal_reader *reviews, struct buf *why)
{
	enum list_reading found;

	if (!ledger_read(reviews, NULL, s))
		return unread(why, journal_why(reviews), "cannot be read");
	found = list_journal(s, journal, why);
	if (found != LIST_UNREAD && !ledger_read(reviews, NULL, s))
		return unread(why, journal_why(reviews), "cannot be read");
	return found;
}

enum list_reading list_read(
    struct holds *s, const char *journal, const char *to, struct buf *why)
{
	char *path = to ? mem_strdup(to) : beside(journal);
	struct journal_reader *reviews;
	enum list_reading found;
	const char *reason;

	reviews = journal_open(path, false, &reason);
	if (reviews)
		found = read_both(s, journal, reviews, why);
	else if (errno == ENOENT && !to)
		found = list_journal(s, journal, why);
	else
		found = unread(why, path, reason);
	journal_close(reviews);
	free(path);
	return found;
}

void list_take(struct holds *s, struct span lines)
{
	struct record r;
	const char *lf;

	while (lines.n && (lf = memchr(lines.p, '\n', lines.n))) {
		struct span line = {lines.p, (size_t)(lf - lines.p)};

		if (record_parse(&r, line.p, line.n))
			;
		else if (r.event == EVENT_REVIEW)
			(void)holds_review(s, &r,
			    (struct span){line.p, line.n + 1});
		else
			(void)holds_take(s, &r, line);
		lines = (struct span){lf + 1, lines.n - line.n - 1};
	}
}

static void add_context(void *arg, const struct record *r, struct span line)
{
	context_add(arg, r, line);
}

enum list_reading list_context(
    struct context *c, const char *journal, struct buf *why)
{
	return read_source(journal, add_context, c, why);
}

struct place {
	struct hold *hold;
	size_t at; /* of the same time, the first one first */
};

static int by_time(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->hold->time != y->hold->time)
		return x->hold->time < y->hold->time ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

struct hold **list_sorted(
    const struct holds *s, bool settled, size_t *count)
{
	struct place *place = NULL;
	struct hold **sorted;
	size_t n = 0;

	for (struct hold *h = s->all; h; h = h->after) {
		if ((h->settled != NULL) != settled)
			continue;
		place = mem_resize(place, n + 1, sizeof(*place));
		place[n] = (struct place){h, n};
		n++;
	}
	if (n)
		qsort(place, n, sizeof(*place), by_time);
	sorted = mem_alloc((n + 1) * sizeof(struct hold *));
	for (size_t i = 0; i < n; i++)
		sorted[i] = place[i].hold;
	sorted[n] = NULL;
	free(place);
	*count = n;
	return sorted;
}

void list_write(struct buf *b, const struct hold *h, bool reviews)
{
	buf_addspan(b, buf_span(&h->line));
	buf_addc(b, '\n');
	if (reviews)
		buf_addspan(b, buf_span(&h->reviews));
}

static void add_remark(struct buf *b, struct stanza *tree, struct buf *chars,
    struct span line)
{
	static const char *const did[REVIEW_VERDICTS] = {"released", "refused",
	    "escalated", "noted", "expired", "handed out again", "done",
	    "arrived"};
	struct review v;
	struct record r;

	if (record_parse(&r, line.p, line.n) ||
	    stanza_read(tree, r.field[RECORD_STANZA]) ||
	    review_read(&v, tree, chars))
		return;
	buf_addspan(b, r.field[RECORD_TIME]);
	buf_addf(b, " %.*s%s%s", SPAN_ARG(v.by), v.by.p ? " " : "",
	    did[v.verdict]);
	if (v.to.p)
		buf_addf(b, " to %.*s", SPAN_ARG(v.to));
	if (v.outcome.p)
		buf_addf(b, ": %.*s", SPAN_ARG(v.outcome));
	if (v.why.p)
		buf_addf(b, ": %.*s", SPAN_ARG(v.why));
	buf_addc(b, '\n');
}

void list_remarks(struct buf *b, const struct hold *h)
{
	struct span rest = buf_span(&h->reviews);
	struct stanza tree = {.nodes = 0};
	struct buf chars = BUF_EMPTY;
	const char *lf;

	while (rest.n && (lf = memchr(rest.p, '\n', rest.n))) {
		size_t n = (size_t)(lf - rest.p);

		add_remark(b, &tree, &chars, (struct span){rest.p, n});
		rest = (struct span){lf + 1, rest.n - n - 1};
	}
	stanza_release(&tree);
	buf_release(&chars);
}

bool list_other_policy(
    const struct hold *h, const char *tag, struct reason *held)
{
	return reason_last(h->record.field[RECORD_REASON], held) &&
	    held->tag.n && !span_is(held->tag, tag);
}
