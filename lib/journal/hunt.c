/* SPDX-License-Identifier: ISC */
/* Searching journals, and merging what is found by time. */
#include "journal/hunt.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "journal/hunt-internal.h"

enum { LINES_AT_ONCE = 4096, LINE_HEAD = 67 };

/* One of what is searched. */
struct trail {
	struct source source; /* for reading line by line */
	bool reading;
	const char *path;
	int dir; /* -1: it is no journal's directory */
	struct plan plan;
	struct sift *first, **last; /* those given to the crew, in order */
	size_t given;
	bool arrived; /* the first is done */
	size_t hit;   /* the next of its hits */
	uint64_t file;	/* number of the one that its frames were last of */
	uint64_t ended; /* of one of which nothing is read any more */
	off_t ended_at;
	uint64_t lines; /* of it before the first; JOURNAL_LINES_UNKNOWN */
	/* What it has next. */
	bool ready, over;
	enum hunt_item item;
	struct hunt_found found;
	uint64_t line; /* of a hit, in its file */
};

struct hunt {
	struct search *search;
	struct crew *crew; /* NULL: not needed yet */
	struct trail **trail;
	size_t trails;
	struct trail *taken; /* which the last item was of */
	uint64_t files;
	struct buf where;
	uint64_t done, all;
	bool endless;
};

struct hunt *hunt_new(struct search *search)
{
	struct hunt *h = mem_zalloc(sizeof(*h));

	h->search = search;
	return h;
}

/* Forget the first, or all, of what the crew was given. */
static void drop(struct hunt *h, struct trail *t)
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

static void free_trail(struct hunt *h, struct trail *t)
{
	while (t->first)
		drop(h, t);
	source_release(&t->source);
	if (t->dir >= 0) {
		plan_end(&t->plan);
		close(t->dir);
	}
	free(t);
}

void hunt_free(struct hunt *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->trails; i++)
		free_trail(h, h->trail[i]);
	free(h->trail);
	crew_free(h->crew);
	buf_release(&h->where);
	free(h);
}

static bool open_directory(struct hunt *h, struct trail *t)
{
	struct stat st;

	if (!plan_begin(&t->plan, h->search, t->dir, &h->files))
		return false;
	for (size_t i = 0; i < t->plan.list.count; i++) {
		char name[JOURNAL_NAME];
		int fd = segment_open(t->dir, t->plan.list.first[i], name);

		if (fd >= 0 && fstat(fd, &st) == 0)
			h->all += (uint64_t)st.st_size;
		if (fd >= 0)
			close(fd);
	}
	return true;
}

static bool open_trail(struct hunt *h, struct trail *t, int fd,
    const char **why)
{
	struct stat st;

	if (!t->path) {
		source_init(&t->source, fd);
		t->reading = h->endless = true;
		return true;
	}
	/* It is a journal if it can be read as one. */
	if (!source_open(&t->source, t->path, why))
		return false;
	t->reading = !t->source.directory;
	if (t->reading && (stat(t->path, &st) != 0 || !S_ISREG(st.st_mode)))
		h->endless = true;
	else if (t->reading)
		h->all += (uint64_t)st.st_size;
	if (t->reading)
		return true;
	t->dir = open(t->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*why = "cannot be opened";
	return t->dir >= 0 && open_directory(h, t);
}

bool hunt_add(struct hunt *h, const char *path, int fd, const char **why)
{
	struct trail *t = mem_zalloc(sizeof(*t));
	bool ok;
	int saved;

	t->path = path;
	t->dir = -1;
	t->last = &t->first;
	ok = open_trail(h, t, fd, why);
	saved = errno;
	if (ok) {
		h->trail = mem_resize(h->trail, h->trails + 1,
		    sizeof(struct trail *));
		h->trail[h->trails++] = t;
	} else
		free_trail(h, t);
	errno = saved;
	return ok;
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
		drop(h, t);
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
	drop(h, t);
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
		drop(h, t);
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

static const char *where(struct hunt *h, struct trail *t)
{
	if (t->reading)
		return source_where(&t->source);
	buf_reset(&h->where);
	buf_addf(&h->where, "%s/%s:%" PRIu64, t->path, t->first->file->name,
	    t->line);
	return buf_str(&h->where);
}

/* A record's time; bytes compare. */
static const char *time_of(const struct trail *t)
{
	const char *tab = memchr(t->found.line.p, '\t', t->found.line.n);

	return tab + 1;
}

/* The one whose record is the oldest, the first of them; NULL: none has one. */
static struct trail *oldest(const struct hunt *h)
{
	struct trail *best = NULL;

	for (size_t i = 0; i < h->trails; i++) {
		struct trail *t = h->trail[i];

		if (t->ready && (!best ||
		    memcmp(time_of(t), time_of(best), STAMP_LEN) < 0))
			best = t;
	}
	return best;
}

static enum hunt_item hand_over(struct hunt *h, struct trail *t,
    enum hunt_item item, struct hunt_found *out)
{
	*out = t->found;
	if (item == HUNT_BAD || item == HUNT_UNSURE)
		out->where = where(h, t);
	return item;
}

enum hunt_item hunt_next(struct hunt *h, struct hunt_found *out)
{
	struct trail *t;

	if (h->taken)
		h->taken->ready = false;
	h->taken = NULL;
	for (size_t i = 0; i < h->trails; i++) {
		t = h->trail[i];
		if (t->ready || t->over)
			continue;
		t->item = t->reading ? read_next(h, t) : follow(h, t);
		t->ready = t->item == HUNT_FOUND || t->item == HUNT_UNSURE;
		if (!t->ready && !t->over)
			return hand_over(h, t, t->item, out);
		if (t->item == HUNT_ERROR)
			return hand_over(h, t, t->item, out);
	}
	h->taken = t = oldest(h);
	return t ? hand_over(h, t, t->item, out) : HUNT_END;
}

void hunt_progress(const struct hunt *h, uint64_t *done, uint64_t *all)
{
	*all = h->endless ? 0 : h->all;
	*done = h->done < *all ? h->done : *all;
}
