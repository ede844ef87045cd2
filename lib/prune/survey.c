/* SPDX-License-Identifier: ISC */
/* Reading a journal: what of it need not be there any more. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "prune/due.h"
#include "prune/survey-internal.h"
#include "prune/torn.h"

/* Whether nothing of what comes now is asked for. */
static bool enough(const struct survey *s, const struct journal_line *l)
{
	return l->from > s->open || (!s->rules->all && !s->rules->forget &&
	    (l->from == s->open || !s->rules->keeps->count));
}

static enum survey_end ended(struct journal_reader *j, enum journal_item item,
    const struct journal_line *l, struct buf *why)
{
	if (item == JOURNAL_ERROR)
		buf_addf(why, "cannot read '%s'", journal_why(j));
	else if (item == JOURNAL_BROKEN)
		buf_addf(why, "%s:%" PRIu64 ": %s", l->segment, l->line,
		    journal_why(j));
	return item == JOURNAL_ERROR ? SURVEY_UNREAD
	    : item == JOURNAL_BROKEN ? SURVEY_BROKEN : SURVEY_FINE;
}

/* Of the segments from that one on the first that has to be read. */
static uint64_t next_due(const struct survey *s, uint64_t first)
{
	if (s->rules->all || s->rules->forget)
		return first;
	for (size_t i = 0; i + 1 < s->list.count; i++) {
		if (s->list.first[i] >= first &&
		    due_segment(s->rules->keeps, s->dir, s->list.first[i]))
			return s->list.first[i];
	}
	return s->open;
}

enum turn { TURN_READ, TURN_OVER, TURN_ENOUGH, TURN_FAILED };

/* At the first line of a segment. */
static enum turn turn(struct survey *s, struct journal_reader *j,
    const struct journal_line *l)
{
	uint64_t due;

	survey_end_segment(s);
	s->first = 0;
	if (enough(s, l))
		return TURN_ENOUGH;
	due = next_due(s, l->from);
	if (due != l->from)
		return journal_seek(j, due, 0, 0) ? TURN_OVER : TURN_FAILED;
	survey_begin_segment(s, l);
	return TURN_READ;
}

static enum survey_end read_all(struct survey *s, struct journal_reader *j,
    struct buf *why)
{
	enum turn is = TURN_READ;
	struct journal_line l;
	enum journal_item item;

	while ((item = journal_next(j, &l)) == JOURNAL_RECORD ||
	    item == JOURNAL_NOTE) {
		if (l.line == 1)
			is = turn(s, j, &l);
		if (is == TURN_ENOUGH)
			return SURVEY_FINE;
		if (is == TURN_FAILED) {
			buf_addf(why, "cannot read '%s'", l.segment);
			return SURVEY_UNREAD;
		}
		if (is == TURN_READ)
			survey_take(s, item, &l);
	}
	survey_end_segment(s);
	return ended(j, item, &l, why);
}

static bool list_segments(struct survey *s, const char *journal)
{
	s->dir = open(journal, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0 || !segment_list_read(&s->list, s->dir))
		return false;
	if (s->list.count)
		s->open = s->list.first[s->list.count - 1];
	return true;
}

enum survey_end survey(struct plan *plan, const char *journal,
    const struct survey_rules *rules, struct buf *why)
{
	struct survey s = {.rules = rules, .plan = plan};
	struct journal_reader *j = NULL;
	enum survey_end end = SURVEY_UNREAD;
	const char *phrase = "cannot be listed";
	int saved;

	if (list_segments(&s, journal))
		j = journal_open(journal, true, &phrase);
	if (j)
		end = read_all(&s, j, why);
	else
		buf_adds(why, phrase);
	if (end == SURVEY_FINE && rules->forget &&
	    !torn_survey(plan, journal, rules)) {
		buf_adds(why, "what a crash has left cannot be read");
		end = SURVEY_UNREAD;
	}
	saved = errno;
	for (size_t i = 0; i < plan->count; i++)
		cut_sort(&plan->cut[i]);
	/* What was not read was not announced either. */
	if (plan->last < s.open)
		plan->last = s.open;
	journal_close(j);
	segment_list_release(&s.list);
	if (s.dir >= 0)
		close(s.dir);
	free(s.entry);
	errno = saved;
	return end;
}
