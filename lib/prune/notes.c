/* SPDX-License-Identifier: ISC */
/* The notes that say what was pruned and what was erased. */
#define _GNU_SOURCE /* memmem */
#include "prune/notes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quantity.h"
#include "base/stamp.h"
#include "journal/journal.h"
#include "journal/segment.h"
#include "prune/cut.h"

static struct span next_word(struct span *rest)
{
	const char *space = memchr(rest->p, ' ', rest->n);
	struct span word = {rest->p, space ? (size_t)(space - rest->p)
					   : rest->n};
	size_t used = word.n + (space != NULL);

	*rest = (struct span){rest->p + used, rest->n - used};
	return word;
}

static bool read_lines(struct prune_note *n, struct span word)
{
	const char *dash = memchr(word.p, '-', word.n);
	struct span from = word, to = word;

	if (!n->pruned) {
		if (!span_starts(word, "seq="))
			return false;
		from = to = (struct span){word.p + 4, word.n - 4};
	} else if (dash) {
		from.n = (size_t)(dash - word.p);
		to = (struct span){dash + 1, word.n - from.n - 1};
	}
	return quantity_digits(from, &n->from) && quantity_digits(to, &n->to) &&
	    n->from && n->from <= n->to;
}

bool prune_note_read(struct prune_note *n, struct span text)
{
	struct span rest = text, before;
	const char *why;
	int64_t when;

	*n = (struct prune_note){.pruned = span_starts(text, "# pruned ")};
	if (!n->pruned && !span_starts(text, "# erasure "))
		return false;
	(void)next_word(&rest);
	(void)next_word(&rest);
	n->time = next_word(&rest);
	if (!stamp_read(n->time.p, n->time.n, &when) ||
	    !read_lines(n, next_word(&rest)))
		return false;
	n->rest = before = rest;
	n->since = next_word(&rest);
	if (span_starts(n->since, "since="))
		n->rest = rest;
	else
		n->since.n = 0;
	why = before.n ? memmem(before.p, before.n, " why=", 5) : NULL;
	n->by = note_value(text, "by");
	if (why)
		n->why = (struct span){why + 5,
		    (size_t)(before.p + before.n - why) - 5};
	return true;
}

void prune_note_again(const struct prune_note *n, struct buf *request)
{
	if (n->pruned)
		buf_addf(request, "pruned %" PRIu64 "-%" PRIu64, n->from,
		    n->to);
	else
		buf_addf(request, "erasure seq=%" PRIu64, n->from);
	if (n->since.n)
		buf_addf(request, " %.*s", SPAN_ARG(n->since));
	else
		buf_addf(request, " since=%.*s", SPAN_ARG(n->time));
	buf_addf(request, " %.*s", SPAN_ARG(n->rest));
}

void prune_note_range(struct buf *request, const struct cut *c,
    const char chain[DIGEST_HEX], const char tree[DIGEST_HEX])
{
	buf_addf(request,
	    "pruned %" PRIu64 "-%" PRIu64 " chain=%.*s tree=%.*s by=%s why=%s",
	    c->first, c->to, DIGEST_HEX, chain, DIGEST_HEX, tree, c->by,
	    c->why);
}

void prune_note_line(struct buf *request, const struct cut_line *l)
{
	buf_addf(request, "erasure seq=%" PRIu64 " by=%s why=%s", l->seq,
	    l->by, l->why);
}

uint64_t notes_segment(int dir, uint64_t seq)
{
	struct segment_list list = {0};
	uint64_t first = 0;

	if (segment_list_read(&list, dir)) {
		for (size_t i = 0; i < list.count; i++) {
			if (list.first[i] <= seq)
				first = list.first[i];
		}
	}
	segment_list_release(&list);
	return first;
}

/* The segment that a line is in, of a list. */
static uint64_t segment_of(const struct segment_list *l, uint64_t seq)
{
	uint64_t first = 0;

	for (size_t i = 0; i < l->count && l->first[i] <= seq; i++)
		first = l->first[i];
	return first;
}

static void announced(struct plan *p, const struct segment_list *list,
    const struct prune_note *n)
{
	uint64_t first = segment_of(list, n->from);
	char *by = mem_dup(n->by.n ? n->by.p : "-", n->by.n ? n->by.n : 1);
	char *why = mem_dup(n->why.n ? n->why.p : "-", n->why.n ? n->why.n : 1);

	/* What is not of one segment none of ours has announced. */
	if (first && n->pruned && first == n->from &&
	    segment_of(list, n->to) == first)
		cut_prune(plan_cut(p, first), n->to, by, why);
	if (first && !n->pruned)
		cut_erase(plan_cut(p, first), n->from, by, why);
	free(by);
	free(why);
}

static bool read_segment(struct plan *p, const char *journal, int dir,
    const struct segment_list *list, uint64_t first, struct buf *why)
{
	struct journal_reader *j = cut_open(journal, dir, first);
	struct journal_line l;
	enum journal_item item = JOURNAL_ERROR;
	struct prune_note n;

	while (j && ((item = journal_next(j, &l)) == JOURNAL_RECORD ||
			item == JOURNAL_NOTE)) {
		if (item == JOURNAL_NOTE && prune_note_read(&n, l.text))
			announced(p, list, &n);
	}
	if (item == JOURNAL_BROKEN)
		errno = EBADMSG;
	if (item != JOURNAL_END)
		buf_addf(why, "segment %" PRIu64 " cannot be read", first);
	journal_close(j);
	return item == JOURNAL_END;
}

bool notes_announced(struct plan *p, const char *journal, int dir,
    uint64_t from, struct buf *why)
{
	struct segment_list list = {0};
	bool ok = segment_list_read(&list, dir);

	if (!ok)
		buf_adds(why, "cannot be listed");
	for (size_t i = 0; ok && i < list.count; i++) {
		if (i + 1 < list.count && list.first[i + 1] <= from)
			continue;
		ok = read_segment(p, journal, dir, &list, list.first[i], why);
	}
	for (size_t i = 0; i < p->count; i++)
		cut_sort(&p->cut[i]);
	segment_list_release(&list);
	return ok;
}
