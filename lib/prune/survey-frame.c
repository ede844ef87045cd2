/* SPDX-License-Identifier: ISC */
/* Of the lines of a segment those that need not be there any more. */
#define _GNU_SOURCE /* memmem */
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "journal/chain.h"
#include "prune/survey-internal.h"

/* Told by the bytes of a record whose stanza nobody can read. */
static bool may_be_wanted(const struct survey_rules *u, struct span line)
{
	const char *id = u->asked.id;

	return id ? memmem(line.p, line.n, id, strlen(id)) != NULL
		  : search_may(u->forget, line);
}

enum search_finding survey_wanted(const struct survey_rules *u,
    const struct record *r, struct span line)
{
	enum search_finding found = SEARCH_NO;

	if (u->forget)
		found = search_matches(u->forget, r);
	if (found == SEARCH_BROKEN)
		return may_be_wanted(u, line) ? SEARCH_BROKEN : SEARCH_NO;
	if (found != SEARCH_YES)
		return SEARCH_NO;
	/* A stanza's own id is what its sender calls it. */
	return !u->asked.id || span_is(r->field[RECORD_ID], u->asked.id) ||
		r->event > EVENT_RECV
	    ? SEARCH_YES
	    : SEARCH_NO;
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

/* Whether it is to be erased as it was asked for; said where it is not. */
static bool take_wanted(struct survey *s, const struct record *r,
    enum search_finding found, const struct hold *hold)
{
	s->plan->found += found == SEARCH_YES;
	if (found == SEARCH_NO)
		return false;
	if (found == SEARCH_BROKEN)
		refuse(s, r, "cannot be read: whose it is cannot be told", "");
	else if (hold)
		refuse(s, r, "is held by ", hold->name);
	else if (s->version < 2)
		refuse(s, r, "is in a segment of version 1, of which single "
			     "records cannot be erased", "");
	else
		return true;
	return false;
}

/* Nobody can say where it is once its record has gone. */
static void name_file(struct survey *s, const struct record *r)
{
	struct stanza tree = {0};
	struct buf path = BUF_EMPTY;
	struct span value;

	if (!stanza_read(&tree, r->field[RECORD_STANZA])) {
		value = stanza_get(&tree, 0, "path");
		if (value.p)
			stanza_unescape(&path, value);
		if (path.len && utf8_line(path.data, path.len) == path.len)
			plan_file(s->plan, buf_str(&path));
	}
	buf_release(&path);
	stanza_release(&tree);
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
	e.held = hold;
	e.wanted = take_wanted(s, &r, survey_wanted(s->rules, &r, text), hold);
	if (e.wanted && r.event == EVENT_UPLOAD)
		name_file(s, &r);
	if (s->first != s->open)
		e.keep = keeps_of(s->rules->keeps, &r);
	if (s->entries == s->room) {
		s->room = s->room ? s->room * 2 : 1024;
		s->entry = mem_resize(s->entry, s->room, sizeof(*s->entry));
	}
	s->entry[s->entries++] = e;
}

static bool over(const struct survey *s, const struct entry *e)
{
	return e->keep && s->timed &&
	    memcmp(s->newest, e->keep->cutoff, STAMP_LEN) < 0;
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
		if (s->entry[i].held || !over(s, &s->entry[i]))
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

		if (e->held)
			s->plan->held += over(s, e);
		else if (e->wanted || (over(s, e) && s->version >= 2))
			erase(s, e);
		else if (over(s, e))
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

void survey_end_segment(struct survey *s)
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

void survey_begin_segment(struct survey *s, const struct journal_line *l)
{
	s->first = l->from;
	s->version = journal_version(l->text);
	s->gone = journal_pruned(l->text) ? l->seq : 0;
	s->to = s->gone;
	s->records = s->pruned_bytes = 0;
	s->prefix = true;
}

void survey_take(struct survey *s, enum journal_item item,
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
