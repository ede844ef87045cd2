/* SPDX-License-Identifier: ISC */
/* Leaving out what is not meant, frame by frame. */
#include "journal/skip.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

void skip_init(struct skip *s, const struct search *search, int dir)
{
	*s = (struct skip){.search = search, .dir = dir};
}

static void leave(struct skip *s)
{
	index_close(s->index);
	free(s->slices);
	s->index = NULL;
	s->slices = NULL;
}

void skip_release(struct skip *s)
{
	leave(s);
	segment_list_release(&s->list);
}

/* Without an index, or where it is wrong, all that comes is read. */
static void read_all(struct skip *s)
{
	leave(s);
	s->to = UINT64_MAX;
}

static void enter(struct skip *s, uint64_t first)
{
	char name[JOURNAL_NAME];
	int fd = segment_open(s->dir, first, name);

	leave(s);
	s->first = first;
	s->frame = 0;
	s->place = 0;
	s->to = 0;
	s->index = fd < 0 ? NULL : index_open(s->dir, first, fd);
	if (fd >= 0)
		close(fd);
	if (s->index)
		s->slices = mem_alloc(index_slices(s->index) + 1);
	if (!s->index || !search_slices(s->search, s->index, s->slices))
		read_all(s);
}

/* False: there is no later segment. */
static bool enter_next(struct skip *s)
{
	if (!segment_list_read(&s->list, s->dir))
		return false;
	for (size_t i = 0; i < s->list.count; i++) {
		if (s->list.first[i] > s->first) {
			enter(s, s->list.first[i]);
			return true;
		}
	}
	return false;
}

static bool is_meant(const struct skip *s, const struct index_frame *f)
{
	int64_t from, before;
	bool timely;

	search_span(s->search, &from, &before);
	timely = f->since <= f->until && f->until >= from && f->since < before;
	for (size_t i = 0; i < f->slices; i++) {
		unsigned char is = s->slices[f->slice + i];

		if ((is & SEARCH_REPORTED) || (timely && is))
			return true;
	}
	return false;
}

/* Where the frame that was found last ends. False if the index is wrong. */
static bool set_end(struct skip *s)
{
	struct index_frame next;

	s->to = UINT64_MAX;
	if (s->frame == index_frames(s->index))
		return true;
	if (!index_frame(s->index, s->frame, &next))
		return false;
	s->to = next.line;
	return true;
}

/* The next frame that is meant. False: there is none, or no index any more. */
static bool find(struct skip *s, struct index_frame *f)
{
	while (s->index && s->frame < index_frames(s->index)) {
		if (!index_frame(s->index, s->frame++, f) ||
		    f->frame.place < s->place) {
			read_all(s);
			return false;
		}
		s->place = f->frame.place;
		if (!is_meant(s, f))
			continue;
		if (set_end(s))
			return true;
		read_all(s);
	}
	return false;
}

static bool advance(struct skip *s, uint64_t line, struct skip_place *next)
{
	uint64_t here = s->first;
	struct index_frame f;

	do {
		if (find(s, &f)) {
			*next = (struct skip_place){s->first, f.frame.place,
			    f.line};
			return s->first != here || f.line + 1 != line;
		}
	} while (s->index && enter_next(s));
	/* One without an index, or the last one. */
	read_all(s);
	*next = (struct skip_place){s->first, 0, 0};
	return s->first != here;
}

bool skip_line(struct skip *s, const struct journal_line *l,
    struct skip_place *next)
{
	uint64_t first;

	if (l->line == 1 && segment_first(l->segment, &first) &&
	    first != s->first)
		enter(s, first);
	return l->line > s->to && advance(s, l->line, next);
}
