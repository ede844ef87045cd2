/* SPDX-License-Identifier: ISC */
/* Following a journal. */
#include "review/follow.h"

#include <errno.h>

#include "journal/journal.h"

static bool fail(struct follow *f, const char *why)
{
	int saved = errno;

	buf_reset(&f->why);
	buf_adds(&f->why, why);
	buf_str(&f->why);
	errno = saved;
	return false;
}

bool follow_on(struct follow *f, struct holds *s,
    void (*opened)(void *, struct hold *), void *arg)
{
	struct journal_line l;
	const char *why;
	struct record r;
	struct hold *h;

	if (!f->journal)
		f->journal = journal_open(f->path, false, &why);
	if (!f->journal)
		return errno == ENOENT || fail(f, why);
	for (;;) {
		switch (journal_next(f->journal, &l)) {
		case JOURNAL_RECORD:
			if (record_parse(&r, l.text.p, l.text.n)) {
				f->broken++;
				break;
			}
			h = holds_take(s, &r, l.text);
			if (h)
				opened(arg, h);
			break;
		case JOURNAL_BROKEN:
			f->broken++;
			break;
		case JOURNAL_NOTE:
			break;
		case JOURNAL_END:
			return true;
		case JOURNAL_ERROR:
			return fail(f, journal_why(f->journal));
		}
	}
}

void follow_release(struct follow *f)
{
	journal_close(f->journal);
	buf_release(&f->why);
	*f = (struct follow){.path = NULL};
}
