/* SPDX-License-Identifier: ISC */
/* Reading a journal: what of it need not be there any more. */
#include "prune/survey.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "journal/chain.h"
#include "journal/journal.h"
#include "journal/segment.h"
#include "prune/torn.h"

/* A record of the frame that is being read. */
struct entry {
	uint64_t seq;
	const struct keep *keep; /* NULL: it stays */
	bool wanted;
};

struct survey {
	const struct survey_rules *rules;
	struct plan *plan;
	struct entry *entry; /* of the frame */
	size_t entries, room;
	uint64_t bytes;	    /* of the frame */
	char newest[STAMP_LEN]; /* of its times */
	bool timed, dated; /* it has records; it has notes */
	char noted[STAMP_LEN]; /* the newest time of these */
	bool stays;	    /* there is something in it that nobody can read */
	uint64_t seq;	    /* of the last line */
	uint64_t first;	    /* SEQ of the segment; 0: none yet */
	uint64_t open;	    /* of the last segment */
	int version;
	uint64_t gone;	    /* what is pruned in it already, up to there */
	uint64_t to, records, pruned_bytes; /* what may go, so far */
	bool prefix;	    /* all frames so far may go */
};

bool survey_wanted(const struct survey_rules *u, const struct record *r)
{
	if (!u->forget || search_matches(u->forget, r) != SEARCH_YES)
		return false;
	/* A stanza's own id is what its sender calls it. */
	return !u->asked.id || span_is(r->field[RECORD_ID], u->asked.id) ||
	    r->event > EVENT_RECV;
}

static void take_time(bool *any, char newest[STAMP_LEN], const char *time)
{
	if (!*any || memcmp(time, newest, STAMP_LEN) > 0)
		memcpy(newest, time, STAMP_LEN);
	*any = true;
}

/* "# word TIME ..." */
static void take_note(struct survey *s, struct span text)
{
	const char *space = text.n > 2 ? memchr(text.p + 2, ' ', text.n - 2)
				       : NULL;
	int64_t when;

	if (space && (size_t)(text.p + text.n - space) > STAMP_LEN &&
	    stamp_read(space + 1, STAMP_LEN, &when))
		take_time(&s->dated, s->noted, space + 1);
}

static void refuse(struct survey *s, const struct record *r, const char *why,
    const char *name)
{
	struct buf text = BUF_EMPTY;

	buf_addf(&text, "%s%s", why, name);
	plan_refuse(s->plan, s->seq, r->field[RECORD_ID].p,
	    r->field[RECORD_ID].n, buf_str(&text));
	buf_release(&text);
}

static void take_record(struct survey *s, struct span text)
{
	const struct hold *hold;
	struct entry e = {.seq = s->seq};
	struct record r;

	s->plan->records++;
	if (record_parse(&r, text.p, text.n)) {
		s->plan->unreadable++;
		s->stays = true;
		return;
	}
	take_time(&s->timed, s->newest, r.field[RECORD_TIME].p);
	hold = hold_file_match(s->rules->holds, &r);
	s->plan->held += hold != NULL;
	e.wanted = survey_wanted(s->rules, &r);
	s->plan->found += e.wanted;
	if (e.wanted && hold)
		refuse(s, &r, "is held by ", hold->name);
	else if (e.wanted && s->version < 2)
		refuse(s, &r, "is in a segment of version 1, of which single "
			      "records cannot be erased", "");
	e.wanted = e.wanted && !hold && s->version >= 2;
	if (!hold && s->first != s->open)
		e.keep = keeps_of(s->rules->keeps, &r);
	if (s->entries == s->room) {
		s->room = s->room ? s->room * 2 : 1024;
		s->entry = mem_resize(s->entry, s->room, sizeof(*s->entry));
	}
	s->entry[s->entries++] = e;
}

static bool over(const struct survey *s, const struct keep *k)
{
	return k && s->timed && memcmp(s->newest, k->cutoff, STAMP_LEN) < 0;
}

/* Of a frame without records: by when its notes were made. */
static bool bare_over(const struct survey *s)
{
	const struct keep *k = keeps_general(s->rules->keeps);

	return k && s->dated && memcmp(s->noted, k->cutoff, STAMP_LEN) < 0;
}

/* Whether nothing in the frame has to stay. */
static bool all_over(const struct survey *s)
{
	if (s->stays || s->first == s->open)
		return false;
	for (size_t i = 0; i < s->entries; i++) {
		if (!over(s, s->entry[i].keep))
			return false;
	}
	return s->entries || bare_over(s);
}

static void erase(struct survey *s, const struct entry *e)
{
	struct cut *c = plan_cut(s->plan, s->first);
	struct buf why = BUF_EMPTY;

	c->open = s->first == s->open;
	if (e->wanted)
		buf_adds(&why, s->rules->asked.why);
	else
		buf_addf(&why, "kept %s", e->keep->text);
	cut_erase(c, e->seq, s->rules->by, buf_str(&why));
	buf_release(&why);
}

static void end_frame(struct survey *s)
{
	bool all = all_over(s);

	if (s->prefix && all) {
		s->to = s->seq;
		s->records += s->entries;
		s->pruned_bytes += s->bytes;
	} else {
		s->prefix = false;
	}
	for (size_t i = 0; i < s->entries && !s->prefix; i++) {
		const struct entry *e = &s->entry[i];

		if (e->wanted || (over(s, e->keep) && s->version >= 2))
			erase(s, e);
		else if (over(s, e->keep))
			s->plan->beside++;
	}
	s->entries = 0;
	s->bytes = 0;
	s->timed = s->dated = s->stays = false;
}

/* All that was taken into account, as the note says. */
static void why_pruned(const struct survey *s, struct buf *why)
{
	buf_adds(why, "kept");
	for (size_t i = 0; i < s->rules->keeps->count; i++)
		buf_addf(why, "%s %s", i ? "," : "",
		    s->rules->keeps->keep[i].text);
}

static void end_segment(struct survey *s)
{
	struct buf why = BUF_EMPTY;
	struct cut *c;

	if (!s->first)
		return;
	if (s->bytes)
		end_frame(s);
	if (s->to <= s->gone)
		return;
	c = plan_cut(s->plan, s->first);
	why_pruned(s, &why);
	cut_prune(c, s->to, s->rules->by, buf_str(&why));
	c->whole = s->to == s->seq;
	c->records = s->records;
	c->bytes = s->pruned_bytes;
	buf_release(&why);
}

static void begin_segment(struct survey *s, const struct journal_line *l)
{
	s->first = l->from;
	s->version = journal_version(l->text);
	s->gone = journal_pruned(l->text) ? l->seq : 0;
	s->to = s->gone;
	s->records = s->pruned_bytes = 0;
	s->prefix = true;
}

static void take(struct survey *s, enum journal_item item,
    const struct journal_line *l)
{
	struct span digest;

	s->seq = s->plan->last = l->seq;
	if (journal_pruned(l->text))
		return;
	s->bytes += JOURNAL_SEQ_DIGITS + DIGEST_HEX + l->text.n;
	if (item == JOURNAL_RECORD)
		take_record(s, l->text);
	else if (!journal_erased(l->text, &digest))
		take_note(s, l->text);
	if (s->bytes >= FRAME_BYTES && l->seq % FRAME_LINES == 0)
		end_frame(s);
}

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

static enum survey_end read_all(struct survey *s, struct journal_reader *j,
    struct buf *why)
{
	struct journal_line l;
	enum journal_item item;

	while ((item = journal_next(j, &l)) == JOURNAL_RECORD ||
	    item == JOURNAL_NOTE) {
		if (l.line == 1) {
			end_segment(s);
			if (enough(s, &l)) {
				s->first = 0;
				return SURVEY_FINE;
			}
			begin_segment(s, &l);
		}
		take(s, item, &l);
	}
	end_segment(s);
	return ended(j, item, &l, why);
}

static bool find_open(struct survey *s, const char *journal)
{
	int dir = open(journal, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct segment_list list = {0};
	bool ok = dir >= 0 && segment_list_read(&list, dir);

	if (ok && list.count)
		s->open = list.first[list.count - 1];
	segment_list_release(&list);
	if (dir >= 0)
		close(dir);
	return ok;
}

enum survey_end survey(struct plan *plan, const char *journal,
    const struct survey_rules *rules, struct buf *why)
{
	struct survey s = {.rules = rules, .plan = plan};
	struct journal_reader *j = NULL;
	enum survey_end end = SURVEY_UNREAD;
	const char *phrase = "cannot be listed";
	int saved;

	if (find_open(&s, journal))
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
	journal_close(j);
	free(s.entry);
	errno = saved;
	return end;
}
