/* SPDX-License-Identifier: ISC */
/* Searching the lines of a frame. */
#include <stdlib.h>

#include "base/mem.h"
#include "journal/hunt-internal.h"

static struct sift_hit *add_hit(struct sift *t, enum hunt_item kind,
    uint64_t line, const char *why)
{
	if (t->hits == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 8;
		t->hit = mem_resize(t->hit, t->cap, sizeof(*t->hit));
	}
	t->hit[t->hits] = (struct sift_hit){
	    .kind = kind, .at = t->lines.len, .line = line, .why = why};
	return &t->hit[t->hits++];
}

static void found(struct sift *t, enum hunt_item kind, uint64_t line,
    struct span text)
{
	struct sift_hit *hit = add_hit(t, kind, line, NULL);

	hit->len = text.n;
	buf_addspan(&t->lines, text);
}

static void sift_record(struct sifter *w, struct sift *t, struct span text,
    uint64_t line)
{
	struct record r;
	const char *why = record_parse(&r, text.p, text.n);

	if (why) {
		add_hit(t, HUNT_BAD, line, why);
		return;
	}
	switch (search_matches(w->search, &r)) {
	case SEARCH_NO:
		return;
	case SEARCH_BROKEN:
		add_hit(t, HUNT_BAD, line, "its stanza is not in canonical form");
		return;
	case SEARCH_UNSURE:
		found(t, HUNT_UNSURE, line, text);
		return;
	case SEARCH_YES:
		found(t, HUNT_FOUND, line, text);
		return;
	}
}

/* As journal_next() takes a line where none is checked. */
static void sift_line(struct sifter *w, struct sift *t, struct span line,
    uint64_t number)
{
	struct span chain, text;
	uint64_t seq, from;

	if (line.n > JOURNAL_LINE_MAX)
		add_hit(t, HUNT_BAD, number, "is longer than any can be");
	else if (journal_split(line, &seq, &chain, &text)) {
		if (text.p[0] != '#')
			sift_record(w, t, text, number);
	} else if (!journal_split_pruned(line, &from, &seq, &chain, &text))
		add_hit(t, HUNT_BAD, number, "is no line of a journal");
}

static enum sift_state sift_part(struct sifter *w, struct sift *t,
    struct span lines, const struct sift_part *part)
{
	size_t at = part->from;
	uint64_t number = part->line;
	struct span line;

	while (at < part->to) {
		const char *p = lines.p + at;
		const char *lf = memchr(p, '\n', lines.n - at);

		t->end = at;
		if (lf == p)
			return SIFT_ENDED;
		if (!lf)
			return SIFT_ODD;
		t->seen = ++number;
		line = (struct span){p, (size_t)(lf - p)};
		if (!part->proper || search_may(w->search, line))
			sift_line(w, t, line, number);
		at += line.n + 1;
	}
	return SIFT_DONE;
}

static struct span read_lines(struct sifter *w, const struct sift *t)
{
	if (w->open != t->file->number) {
		stretches_end(&w->in);
		w->open = 0;
		if (!stretches_begin(&w->in, t->file->fd, -1))
			return (struct span){NULL, 0};
		w->open = t->file->number;
	}
	return stretches_read(&w->in, &t->frame, &w->lines);
}

enum sift_state sift_run(struct sifter *w, struct sift *t)
{
	struct span lines = read_lines(w, t);
	const struct sift_part all = {0, lines.n, 0, false};
	enum sift_state state = SIFT_DONE;

	if (!lines.p)
		return SIFT_ODD;
	if (!t->parts)
		return sift_part(w, t, lines, &all);
	for (size_t i = 0; i < t->parts && state == SIFT_DONE; i++) {
		if (t->part[i].to > lines.n)
			return SIFT_ODD;
		state = sift_part(w, t, lines, &t->part[i]);
	}
	return state;
}

void sifter_release(struct sifter *w)
{
	stretches_end(&w->in);
	buf_release(&w->lines);
	search_free(w->search);
}

void sift_free(struct sift *t)
{
	if (!t)
		return;
	hunted_leave(t->file);
	free(t->part);
	buf_release(&t->lines);
	free(t->hit);
	free(t);
}
