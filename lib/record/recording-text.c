/* SPDX-License-Identifier: ISC */
/* What is between the elements of a recording: the prefixes of logs, the
 * marks of consoles, and what has no business there. */
#include "record/internal.h"

#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static struct span rest(const struct recording *r)
{
	return (struct span){r->in.data + r->pos, r->in.len - r->pos};
}

void recording_said(struct recording *r, const struct moment *m)
{
	static const int64_t half = (int64_t)12 * 3600 * 1000000;

	/* Behind midnight a clock without a date begins anew. */
	if (!m->absolute && !m->dated) {
		if (m->micros + half < r->day_micros)
			r->sense.day++;
		r->day_micros = m->micros;
		r->guessed_day = !r->how.dated;
	}
	r->time = moment_resolve(m, &r->sense);
	r->has_time = true;
}

/* A line of a log, or a mark, is in force from here on. */
static void apply(struct recording *r, struct buf *lines)
{
	const struct logline *l = &r->line;

	r->log = true;
	if (l->timed)
		recording_said(r, &l->moment);
	if (l->timed || l->key.p)
		r->now = recording_session(r, lines, l->key);
	if (l->way) {
		r->way = l->way;
		r->view = l->view;
		r->way_used = false;
		if (l->view)
			r->seen_by = l->view;
	} else if (l->timed && r->way_used && !r->way_lasts) {
		r->way = LOGLINE_UNTOLD;
	}
	if (l->way)
		r->way_lasts = false;
	if (l->who.p)
		recording_own(r, l->who);
}

/* Read the text before in.data[to], from where its line begins, as that of a
 * log. False if it is none. */
static bool read_line(struct recording *r, struct buf *lines, size_t to)
{
	size_t from = recording_index(r, r->line_at);

	logline_read(&r->line,
	    (struct span){r->in.data + from, to > from ? to - from : 0});
	if (!r->line.timed && !r->line.way && !r->line.key.p)
		return false;
	apply(r, lines);
	return true;
}

/* Whether the '<' there begins markup, and is not just a character of a log;
 * -1 if more bytes are needed. */
static int is_markup(const struct recording *r, size_t i)
{
	const char *p = r->in.data + i;
	size_t n = r->in.len - i;

	if (n < 2)
		return r->ended ? 1 : -1;
	if (p[1] == '!' && r->log)
		return n < 4 ? (r->ended ? 0 : -1) : memcmp(p, "<!--", 4) == 0;
	if (p[1] == '?' && r->log)
		return n < 5 ? (r->ended ? 0 : -1) : memcmp(p, "<?xml", 5) == 0;
	return (p[1] >= 'a' && p[1] <= 'z') || (p[1] >= 'A' && p[1] <= 'Z') ||
	    p[1] == '_' || p[1] == '/' || p[1] == '!' || p[1] == '?' ||
	    (unsigned char)p[1] >= 0x80;
}

/* Where the text from in.data[i] on ends: at a line feed, at markup, or at
 * the end of what there is, *whole is then false. */
static size_t text_end(const struct recording *r, size_t i, bool *whole)
{
	for (; i < r->in.len; i++) {
		int markup = 0;

		if (r->in.data[i] == '<')
			markup = is_markup(r, i);
		*whole = markup >= 0;
		if (markup || r->in.data[i] == '\n')
			return i;
	}
	*whole = r->ended;
	return i;
}

static int stray(struct recording *r, size_t to)
{
	uint64_t at = r->scan.at;
	bool nul = rest(r).p[0] == '\0', first = !r->stray;

	r->stray = true;
	recording_skip(r, to - r->pos);
	if (!first)
		return RECORDING_NOTHING;
	return recording_fault(r, at, nul ? "NUL outside of a stanza"
					  : "text outside of a stanza");
}

/* What stands there is no space, and no markup unless it is told of by
 * is_markup. */
static int text(struct recording *r, struct buf *lines)
{
	bool whole = false;
	size_t to = text_end(r, r->pos, &whole);

	if (!whole && to - r->pos < RECORDING_BEHIND)
		return RECORDING_MORE;
	if (!read_line(r, lines, to) && !r->log) {
		/* What it is then is for the scanner to say. */
		if (r->in.data[r->pos] == '<')
			return RECORDING_NOTHING;
		for (to = r->pos; to < r->in.len && r->in.data[to] != '<' &&
		    r->in.data[to] != '\n'; to++)
			;
		return stray(r, to);
	}
	recording_skip(r, to - r->pos);
	return RECORDING_NOTHING;
}

/* A console's mark in a comment, or a style sheet's instruction. */
static int mark(struct recording *r, struct buf *lines)
{
	static const char sheet[] = "<?xml-stylesheet";
	struct span s = rest(r);
	bool comment = span_starts(s, "<!--");
	const char *close = comment ? "-->" : "?>";
	struct logline l;
	size_t n = strlen(close), i = 4;

	if (!comment && !span_starts(s, sheet))
		return RECORDING_NOTHING;
	while (i + n <= s.n && i < RECORDING_BEHIND &&
	    memcmp(s.p + i, close, n) != 0)
		i++;
	if (i + n > s.n)
		return r->ended ? RECORDING_NOTHING : RECORDING_MORE;
	if (i == RECORDING_BEHIND)
		return RECORDING_NOTHING;
	if (comment && !logline_comment(&l, (struct span){s.p + 4, i - 4}))
		return RECORDING_NOTHING;
	if (comment) {
		r->line = l;
		apply(r, lines);
		r->way_lasts = true;
	}
	recording_skip(r, i + n);
	r->line_at = r->scan.at;
	return RECORDING_NOTHING;
}

/* A start tag that is all that a log has of its element. */
static int lone_tag(struct recording *r)
{
	static const char header[] = "<stream:stream>";
	struct span s = rest(r);
	const char *line, *gt;
	uint64_t at = r->scan.at;

	if (r->log && span_starts(s, header)) {
		recording_skip(r, sizeof(header) - 1);
		return RECORDING_NOTHING;
	}
	if (!r->line.tag_only || s.n < 2 || s.p[1] == '/')
		return RECORDING_NOTHING;
	line = memchr(s.p, '\n', s.n);
	gt = memchr(s.p, '>', s.n);
	if (!gt && !line && s.n < RECORDING_BEHIND && !r->ended)
		return RECORDING_MORE;
	if (!gt || (line && line < gt) || gt[-1] == '/')
		return RECORDING_NOTHING;
	r->line.tag_only = false;
	recording_skip(r, (size_t)(gt + 1 - s.p));
	return recording_lost(r, at, (uint64_t)(gt + 1 - s.p));
}

/* Take white space; a line begins behind each line feed. */
static void blanks(struct recording *r)
{
	size_t i = r->pos;

	for (; i < r->in.len && is_space(r->in.data[i]); i++) {
		if (r->in.data[i] == '\n')
			r->line_at = recording_place(r, i + 1);
	}
	if (i > r->pos)
		recording_skip(r, i - r->pos);
}

/* A byte order mark is the scanner's. */
static bool is_bom(const struct recording *r)
{
	return r->scan.at == 0 && (unsigned char)*rest(r).p == 0xef;
}

int recording_text(struct recording *r, struct buf *lines)
{
	bool logs = r->how.format == RECORDING_AUTO || r->how.format == RECORDING_LOG;
	uint64_t at;
	int what;

	for (;;) {
		at = r->scan.at;
		blanks(r);
		if (r->pos == r->in.len)
			return RECORDING_MORE;
		what = *rest(r).p == '<' ? is_markup(r, r->pos) : 0;
		if (is_bom(r) || (what > 0 && r->how.format == RECORDING_STREAM))
			return RECORDING_NOTHING;
		if (what < 0)
			return RECORDING_MORE;
		if (what > 0)
			what = mark(r, lines);
		else if (logs)
			what = text(r, lines);
		else
			return RECORDING_NOTHING;
		if (what == RECORDING_NOTHING && at == r->scan.at)
			what = lone_tag(r);
		if (what != RECORDING_NOTHING || at == r->scan.at)
			return what;
	}
}

void recording_lines(struct recording *r, struct buf *lines, uint64_t from,
    uint64_t to)
{
	size_t i = recording_index(r, from), end = recording_index(r, to);

	r->line_at = recording_place(r, i);
	for (; i < end; i++) {
		if (r->in.data[i] != '\n')
			continue;
		(void)read_line(r, lines, i);
		r->line_at = recording_place(r, i + 1);
	}
	(void)read_line(r, lines, end);
}
