/* SPDX-License-Identifier: ISC */
/* The lines of a segment, one of which may be written at this moment. */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <time.h>

#include "journal/journal-internal.h"

enum { LOOKS = 4 }; /* at a last line that is not finished */

enum journal_item journal_broken(struct journal_reader *j, const char *why)
{
	buf_reset(&j->why);
	buf_adds(&j->why, why);
	buf_str(&j->why);
	return JOURNAL_BROKEN;
}

enum journal_item journal_failed(struct journal_reader *j)
{
	int saved = errno;

	journal_broken(j, j->single ? j->single : j->name);
	errno = saved;
	return JOURNAL_ERROR;
}

/* Whether a last line is one that is being written, or was torn: it is no
 * line, or does not match its chain, has unwritten space behind it, and is
 * not whole. */
static bool unfinished(struct journal_reader *j, const struct journal_line *l)
{
	char behind = j->last ? lines_behind(&j->in) : 'x';

	if (behind == 'x' || (l->seq && !check_differs(&j->check, l)))
		return false;
	return behind == '\n' && !(l->seq && check_whole(l->text));
}

/* At unwritten space: whether nothing is behind it. */
static bool only_space(struct journal_reader *j, struct journal_line *l)
{
	off_t at = lines_offset(&j->in), beyond;
	enum lines_item now;
	struct span line;

	beyond = j->strict ? lines_beyond(&j->in, at) : -1;
	if (beyond < 0)
		return true;
	/* Its writer may have been there meanwhile. */
	lines_seek(&j->in, at);
	now = lines_next(&j->in, &line);
	if (now == LINES_LINE)
		lines_back(&j->in);
	if (now != LINES_BLANK)
		return false;
	lines_seek(&j->in, beyond);
	j->in.number += (uint64_t)(beyond - at);
	l->line = j->in.number + 1;
	return false;
}

enum journal_item journal_malformed(struct journal_reader *j, const char *why)
{
	check_lose(&j->check);
	return journal_broken(j, why);
}

/* A line that has its LF. JOURNAL_END means that it is not finished. */
static enum journal_item judge(struct journal_reader *j,
    struct journal_line *l, struct span line)
{
	const char *why = NULL;

	if (!journal_take(line, l))
		l->text = line;
	if (unfinished(j, l))
		return JOURNAL_END;
	if (!l->seq)
		return journal_malformed(j, "is no line of a journal");
	if (j->strict)
		why = check_line(&j->check, l);
	else
		check_follow(&j->check, l);
	if (why)
		return journal_broken(j, why);
	return l->text.n && l->text.p[0] == '#' ? JOURNAL_NOTE
						: JOURNAL_RECORD;
}

/* A line that may not be finished is looked at again: one is written in less
 * than a moment. */
static bool look_again(struct journal_reader *j, int *looks)
{
	static const struct timespec moment = {0, 1000000};

	if (!j->last || ++*looks >= LOOKS)
		return false;
	if (*looks > 1)
		nanosleep(&moment, NULL);
	lines_seek(&j->in, lines_offset(&j->in));
	return true;
}

enum journal_item journal_step(struct journal_reader *j, struct journal_line *l)
{
	enum lines_item item;
	enum journal_item found;
	struct span line;
	int looks = 0;

	for (;;) {
		item = lines_next(&j->in, &line);
		*l = (struct journal_line){.segment = j->single ? j->single
								: j->name,
		    .line = j->in.number};
		j->torn = false;
		if (item == LINES_ERROR)
			return journal_failed(j);
		if (item == LINES_LONG)
			return journal_malformed(j, "is longer than any can be");
		if (item == LINES_SPOILT)
			return journal_malformed(j, "is in a damaged frame");
		if (item == LINES_END)
			return JOURNAL_END;
		if (item == LINES_BLANK) {
			if (only_space(j, l))
				return JOURNAL_END;
			if (l->line > j->in.number)
				return journal_malformed(j, "is behind unwritten space");
			continue;
		}
		found = JOURNAL_END;
		if (item == LINES_LINE) {
			found = judge(j, l, line);
			if (found != JOURNAL_END)
				return found;
			lines_back(&j->in);
		}
		j->torn = true;
		if (!look_again(j, &looks))
			return JOURNAL_END;
	}
}
