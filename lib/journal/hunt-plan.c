/* SPDX-License-Identifier: ISC */
/* What of a journal has to be read: the frames of its closed segments that
 * their indexes do not rule out, and of the segment that is written, or has
 * no index, all. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "journal/hunt-internal.h"

enum { UNSETTLED = 4 * 1024 * 1024 }; /* bytes; twice what is written at once */

void hunted_leave(struct hunted *f)
{
	if (!f || --f->users)
		return;
	close(f->fd);
	free(f);
}

bool plan_begin(struct plan *p, const struct search *search, int dir,
    uint64_t *numbers)
{
	*p = (struct plan){.search = search, .dir = dir, .numbers = numbers};
	return segment_list_read(&p->list, dir);
}

static void leave_segment(struct plan *p)
{
	hunted_leave(p->file);
	index_close(p->index);
	free(p->slices);
	stretches_end(&p->in);
	p->file = NULL;
	p->index = NULL;
	p->slices = NULL;
}

void plan_end(struct plan *p)
{
	leave_segment(p);
	segment_list_release(&p->list);
}

/* What is not planned is read line by line, from where the plan is. */
static bool give_up(struct plan *p)
{
	p->odd = true;
	leave_segment(p);
	return false;
}

/* Where unwritten space begins: two line feeds one after another. Between them
 * and the beginning there are none. */
static off_t written(int fd, off_t size)
{
	off_t low = 0, high = size;

	while (low < high) {
		off_t mid = low + (high - low) / 2;
		char two[2] = {0, 0};
		ssize_t n = pread(fd, two, 2, mid);

		if (n < 0)
			return 0;
		if (n < 2 || (two[0] == '\n' && two[1] == '\n'))
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/* How much of the segment that is written is not changed any more: what has
 * enough behind it. The bytes are cut where a line ends. */
static off_t settled(int fd)
{
	struct stretches s;
	struct frame f;
	struct stat st;
	off_t end, most;

	if (fstat(fd, &st) != 0)
		return 0;
	most = written(fd, st.st_size) - UNSETTLED;
	if (most <= 0 || !stretches_begin(&s, fd, st.st_size))
		return 0;
	end = 0;
	while (!s.packed && stretches_next(&s, &f) &&
	    f.place + (off_t)f.size <= most)
		end = f.place + (off_t)f.size;
	stretches_end(&s);
	return end;
}

/* Whether records from then to then, both included, can be meant. */
static bool in_span(const struct plan *p, int64_t since, int64_t until)
{
	int64_t from, before;

	search_span(p->search, &from, &before);
	return since <= until && until >= from && since < before;
}

/* Look up what the search asks for. An index that is wrong counts as none. */
static void use_index(struct plan *p)
{
	p->index = index_open(p->dir, p->first, p->file->fd);
	if (!p->index)
		return;
	p->frame = 0;
	p->slices = mem_alloc(index_slices(p->index) + 1);
	if (search_slices(p->search, p->index, p->slices))
		return;
	index_close(p->index);
	p->index = NULL;
}

static bool open_segment(struct plan *p)
{
	bool closed = p->at + 1 < p->list.count;
	struct hunted *f = mem_zalloc(sizeof(*f));

	p->first = f->first = p->list.first[p->at];
	p->place = 0;
	f->fd = segment_open(p->dir, f->first, f->name);
	if (f->fd < 0) {
		free(f);
		return give_up(p);
	}
	f->users = 1;
	f->number = p->number = ++*p->numbers;
	p->file = f;
	if (closed)
		use_index(p);
	if (!p->index &&
	    !stretches_begin(&p->in, f->fd, closed ? -1 : settled(f->fd)))
		return give_up(p);
	return true;
}

static struct sift *new_sift(struct plan *p, const struct frame *frame)
{
	struct sift *t = mem_zalloc(sizeof(*t));

	t->file = p->file;
	t->file->users++;
	t->frame = *frame;
	return t;
}

/* Add a slice to what is to be searched of a frame; false if the index is
 * wrong. */
static bool add_part(struct plan *p, struct sift *t,
    const struct index_frame *f, size_t number)
{
	struct index_slice slice, next = {.at = (uint32_t)f->frame.size};
	struct sift_part *last = t->parts ? &t->part[t->parts - 1] : NULL;
	bool proper = !(p->slices[f->slice + number] & SEARCH_REPORTED);

	if (!index_slice(p->index, f, number, &slice) ||
	    (number + 1 < f->slices &&
		!index_slice(p->index, f, number + 1, &next)) ||
	    next.at <= slice.at)
		return false;
	if (last && last->to == slice.at && last->proper == proper) {
		last->to = next.at;
		return true;
	}
	t->part = mem_resize(t->part, t->parts + 1, sizeof(*t->part));
	t->part[t->parts++] = (struct sift_part){
	    slice.at, next.at, slice.line, proper};
	return true;
}

/* What is meant of a frame; a frame without parts need not be read. False if
 * the index is wrong. */
static bool add_parts(struct plan *p, struct sift *t,
    const struct index_frame *f, bool timely)
{
	for (size_t i = 0; i < f->slices; i++) {
		unsigned char is = p->slices[f->slice + i];

		if (((is & SEARCH_REPORTED) || (timely && is)) &&
		    !add_part(p, t, f, i))
			return false;
	}
	return true;
}

/* The next frame that the index does not rule out; NULL at the end of the
 * segment, or where the plan is given up. */
static struct sift *next_indexed(struct plan *p)
{
	while (p->frame < index_frames(p->index)) {
		struct index_frame f;
		struct sift *t;

		if (!index_frame(p->index, p->frame, &f) ||
		    f.frame.place < p->place) {
			give_up(p);
			return NULL;
		}
		t = new_sift(p, &f.frame);
		t->counted = true;
		t->line = f.line;
		if (!add_parts(p, t, &f, in_span(p, f.since, f.until))) {
			sift_free(t);
			give_up(p);
			return NULL;
		}
		p->frame++;
		p->place = f.frame.place + (off_t)f.frame.size;
		if (t->parts)
			return t;
		p->skipped += f.frame.packed;
		sift_free(t);
	}
	return NULL;
}

static struct sift *next_stretch(struct plan *p)
{
	struct frame f;

	if (stretches_next(&p->in, &f)) {
		p->place = f.place + (off_t)f.size;
		return new_sift(p, &f);
	}
	if (errno)
		give_up(p);
	return NULL;
}

struct sift *plan_next(struct plan *p)
{
	while (!p->odd && p->at < p->list.count) {
		struct sift *t;

		if (!p->file && !open_segment(p))
			return NULL;
		t = p->index ? next_indexed(p) : next_stretch(p);
		if (t || p->odd)
			return t;
		leave_segment(p);
		p->at++;
	}
	return NULL;
}
