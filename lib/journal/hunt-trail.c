/* SPDX-License-Identifier: ISC */
/* What is found next of one journal: by the crew, or line by line. */
#include "journal/hunt-internal.h"

enum { LINES_AT_ONCE = 4096, LINE_HEAD = 67 };

void trail_drop(struct hunt *h, struct trail *t)
{
	struct sift *s = t->first;

	t->first = s->later;
	if (!t->first)
		t->last = &t->first;
	t->given--;
	t->arrived = false;
	t->hit = 0;
	crew_cancel(h->crew, s);
	sift_free(s);
}

static size_t ahead(const struct hunt *h)
{
	return h->trails > 1 || !h->crew ? 2 : 2 * crew_size(h->crew) + 2;
}

/* Give the crew more of it, so that there always is something to do. */
static void give(struct hunt *h, struct trail *t)
{
	struct sift *s;

	while (t->given < ahead(h) && (s = plan_next(&t->plan))) {
		if (!h->crew)
			h->crew = crew_new(h->search);
		*t->last = s;
		t->last = &s->later;
		t->given++;
		crew_give(h->crew, s);
	}
	h->done += t->plan.skipped;
	t->plan.skipped = 0;
}

/* Go on line by line. */
static bool read_on(struct hunt *h, struct trail *t, uint64_t first,
    off_t place, uint64_t line)
{
	while (t->first)
		trail_drop(h, t);
	t->reading = true;
	return !first || source_seek(&t->source, first, place, line);
}

static bool read_rest(struct hunt *h, struct trail *t)
{
	const struct plan *p = &t->plan;
	uint64_t line = p->place == 0 ? 0 : t->lines;

	/* What is behind space in the last segment is not read either. */
	if (t->ended && t->ended == p->number && !p->odd)
		return read_on(h, t, p->first, t->ended_at, t->lines);
	return read_on(h, t, p->first, p->place, line);
}

/* The first one is done. False if what it was is for reading line by line. */
static bool arrive(struct trail *t)
{
	const struct sift *s = t->first;

	t->arrived = true;
	if (s->counted)
		t->lines = s->line;
	else if (s->file->number != t->file)
		t->lines = 0;
	t->file = s->file->number;
	return s->state != SIFT_ODD;
}

/* All of the first was taken. */
static void leave(struct hunt *h, struct trail *t)
{
	const struct sift *s = t->first;

	h->done += s->frame.packed;
	if (s->state == SIFT_ENDED) {
		t->ended = s->file->number;
		t->ended_at = s->frame.place + (off_t)s->end;
	}
	t->lines = s->counted ? JOURNAL_LINES_UNKNOWN : t->lines + s->seen;
	trail_drop(h, t);
}

/* The item that is a hit of the first. */
static enum hunt_item take_hit(struct trail *t)
{
	const struct sift *s = t->first;
	const struct sift_hit *hit = &s->hit[t->hit++];

	t->found = (struct hunt_found){
	    .line = {hit->len ? s->lines.data + hit->at : "", hit->len},
	    .why = hit->why};
	t->line = t->lines + hit->line;
	return hit->kind;
}

static enum hunt_item failed(struct trail *t)
{
	t->over = true;
	t->found.why = t->source.why ? t->source.why : t->path;
	return HUNT_ERROR;
}

/* What is next of what the crew does. */
static enum hunt_item follow(struct hunt *h, struct trail *t)
{
	struct sift *s;

	give(h, t);
	s = t->first;
	if (!s)
		return read_rest(h, t) ? HUNT_IDLE : failed(t);
	if (!t->arrived && !crew_wait(h->crew, s))
		return HUNT_IDLE;
	if (t->ended && s->file->number == t->ended) {
		trail_drop(h, t);
		return HUNT_IDLE;
	}
	if (!t->arrived && !arrive(t)) {
		uint64_t first = s->file->first;

		return read_on(h, t, first, s->frame.place, t->lines)
		    ? HUNT_IDLE
		    : failed(t);
	}
	if (t->hit < s->hits)
		return take_hit(t);
	leave(h, t);
	return HUNT_IDLE;
}

static enum hunt_item look(struct hunt *h, struct trail *t,
    const struct record *r)
{
	t->found = (struct hunt_found){.line = t->source.line};
	switch (search_matches(h->search, r)) {
	case SEARCH_YES:
		return HUNT_FOUND;
	case SEARCH_UNSURE:
		return HUNT_UNSURE;
	case SEARCH_BROKEN:
		t->found.why = "its stanza is not in canonical form";
		return HUNT_BAD;
	default:
		return HUNT_IDLE;
	}
}

/* What is next line by line. */
static enum hunt_item read_next(struct hunt *h, struct trail *t)
{
	enum hunt_item item = HUNT_IDLE;
	struct record r;

	for (int i = 0; i < LINES_AT_ONCE && item == HUNT_IDLE; i++) {
		switch (source_next(&t->source, &r)) {
		case SOURCE_RECORD:
			item = look(h, t, &r);
			break;
		case SOURCE_NOTE:
			break;
		case SOURCE_BAD:
			t->found.why = t->source.why;
			item = HUNT_BAD;
			break;
		case SOURCE_DRAINED:
			return HUNT_DRAINED;
		case SOURCE_END:
			t->over = true;
			return HUNT_END;
		case SOURCE_ERROR:
			return failed(t);
		}
		h->done += t->source.line.n + LINE_HEAD;
	}
	return item;
}

enum hunt_item trail_next(struct hunt *h, struct trail *t)
{
	return t->reading ? read_next(h, t) : follow(h, t);
}
