/* SPDX-License-Identifier: ISC */
/* What can be read over several messages. */
#include "lexicon/resembles-internal.h"

enum { ROW_MAX = 16, SIGNS = 9, MORE = 64 };

struct rowing {
	struct resembles_row row; /* of what is looked at */
	size_t skipped;		  /* messages in front of it */
	void (*found)(void *context, const struct resembles_joined *);
	void *context;
	struct buf *seen;
	size_t count;
};

static void met(void *context, const struct sight *s, const struct joint *j)
{
	struct rowing *w = context;
	size_t now = w->row.now, all = w->row.text[now].n;
	struct resembles_joined found = {
	    j->first + w->skipped, j->last + w->skipped, 0, all};

	if (j->first > now || j->last < now ||
	    j->last - j->first >= w->row.within)
		return;
	if (j->first == now)
		found.at = j->from;
	found.len = (j->last == now ? j->to : all) - found.at;
	if (!w->count++)
		resembles_seen(w->seen, s);
	w->found(w->context, &found);
}

/* How many bytes of a text a word can take up at most, with signs between its
 * letters: what is farther from the next message is no part of one. */
static size_t reach(const struct resembles *r)
{
	return r->spell.longest * SIGNS * 4 + MORE;
}

static struct span end_of(struct span s, size_t n)
{
	size_t cut = s.n > n ? s.n - n : 0;

	while (cut < s.n && ((unsigned char)s.p[cut] & 0xc0) == 0x80)
		cut++;
	return (struct span){s.p + cut, s.n - cut};
}

static struct span beginning_of(struct span s, size_t n)
{
	if (n >= s.n)
		return s;
	while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return (struct span){s.p, n};
}

/* Leave out what cannot be of a word with the message at hand. */
static void narrow(struct resembles *r, struct rowing *w, struct span *text)
{
	struct resembles_row *row = &w->row;
	size_t near = reach(r), first = row->now, last = row->now;
	bool whole = true;

	while (first > 0 && row->now - first + 1 < row->within && whole) {
		whole = row->text[--first].n <= near;
		text[first] = end_of(row->text[first], near);
	}
	whole = true;
	while (last + 1 < row->count && last - row->now + 1 < row->within &&
	    whole) {
		whole = row->text[++last].n <= near;
		text[last] = beginning_of(row->text[last], near);
	}
	text[row->now] = last == row->now
			     ? beginning_of(row->text[row->now], near)
			     : row->text[row->now];
	w->skipped = first;
	row->text = text + first;
	row->count = last + 1 - first;
	row->now -= first;
}

/* Each run of messages that the one at hand is in, as an expression may want
 * that nothing else is before it. */
static bool windows(struct resembles *r, size_t set,
    const struct resembles_row *row, struct rowing *w)
{
	bool good = true;

	for (size_t first = 0; first <= row->now; first++) {
		for (size_t last = row->now; last < row->count; last++) {
			if (last == first || last - first >= row->within)
				continue;
			w->row = *row;
			w->row.text += first;
			w->row.count = last + 1 - first;
			w->row.now -= first;
			w->skipped = first;
			good &= resembles_join(r, (long)set, w->row.text,
			    w->row.count, met, w);
		}
	}
	return good;
}

int resembles_row(struct resembles *r, size_t set,
    const struct resembles_row *row,
    void (*found)(void *context, const struct resembles_joined *),
    void *context, struct buf *seen)
{
	struct rowing w = {*row, 0, found, context, seen, 0};
	struct span text[ROW_MAX];
	bool good = true;

	if (row->count < 2 || row->count > ROW_MAX)
		return 0;
	if (lexicon_expressions(r->lexicon, set)) {
		good = windows(r, set, row, &w);
	} else {
		narrow(r, &w, text);
		good = resembles_join(
		    r, (long)set, w.row.text, w.row.count, met, &w);
	}
	return w.count ? 1 : good ? 0 : -1;
}
