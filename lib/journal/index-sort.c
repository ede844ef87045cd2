/* SPDX-License-Identifier: ISC */
/* Sorting what is more than memory is to hold: sorted runs are merged. */
#include "journal/index-sort.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "journal/file.h"
#include "journal/index-internal.h"

enum { FIRST_ROOM = 16 * 1024 };

/* Sort by that bit and those below it, in place. */
static void sort_by(uint64_t *entry, size_t count, unsigned bit)
{
	size_t low = 0, high = count;

	while (low < high) {
		uint64_t e = entry[low];

		if (!(e >> bit & 1)) {
			low++;
			continue;
		}
		entry[low] = entry[--high];
		entry[high] = e;
	}
	if (bit && low > 1)
		sort_by(entry, low, bit - 1);
	if (bit && count - low > 1)
		sort_by(entry + low, count - low, bit - 1);
}

static void sort(struct index_sort *s)
{
	size_t kept = 0;

	if (s->count)
		sort_by(s->entry, s->count, s->bits - 1);
	for (size_t i = 0; i < s->count; i++) {
		if (!kept || s->entry[kept - 1] != s->entry[i])
			s->entry[kept++] = s->entry[i];
	}
	s->count = kept;
}

/* Without a name nobody finds it, and nothing is left by who is killed. */
static bool open_file(struct index_sort *s)
{
	char name[64];

	snprintf(name, sizeof(name), "%020" PRIu64 ".runs.tmp", s->first);
	s->fd = openat(s->dir, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC |
		O_NOFOLLOW, 0600);
	s->written = s->fd >= 0;
	return s->written && unlinkat(s->dir, name, 0) == 0;
}

/* Have what is in memory in the file. */
static bool spill(struct index_sort *s)
{
	off_t at;

	if (!index_has_room(s->dir, s->count * sizeof(*s->entry), s->spare) ||
	    (!s->written && !open_file(s)))
		return false;
	sort(s);
	at = s->runs ? s->end[s->runs - 1] : 0;
	if (!file_write_at(s->fd, (const char *)s->entry,
		s->count * sizeof(*s->entry), at))
		return false;
	s->end = mem_resize(s->end, s->runs + 1, sizeof(*s->end));
	s->end[s->runs++] = at + (off_t)(s->count * sizeof(*s->entry));
	s->count = 0;
	return true;
}

bool index_sort_add(struct index_sort *s, uint64_t entry)
{
	if (s->count == INDEX_SORT_RUN && s->dir >= 0 && !spill(s))
		return false;
	if (s->count == s->cap) {
		s->cap = s->cap ? 2 * s->cap : FIRST_ROOM;
		s->entry = mem_resize(s->entry, s->cap, sizeof(*s->entry));
	}
	s->entry[s->count++] = entry;
	return true;
}

/* Read on in a run. False at its end, errno 0, or with errno. */
static bool refill(struct index_sort *s, struct index_run *r)
{
	size_t room = INDEX_SORT_RUN / s->runs, n = 0;
	char *p = (char *)r->entry;
	off_t left = r->end - r->at;

	room = (room ? room : 1) * sizeof(*r->entry);
	room = left < (off_t)room ? (size_t)left : room;
	while (n < room) {
		ssize_t got = pread(s->fd, p + n, room - n, r->at + (off_t)n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			errno = EIO;
		if (got <= 0)
			return false;
		n += (size_t)got;
	}
	r->at += (off_t)n;
	r->count = n / sizeof(*r->entry);
	r->next = 0;
	errno = 0;
	return n;
}

static uint64_t lowest(const struct index_run *r)
{
	return r->entry[r->next];
}

/* Have the heap in order again where only the run at i may be too far up. */
static void sink(struct index_sort *s, size_t i)
{
	for (;;) {
		size_t low = i, child = 2 * i + 1;
		struct index_run moved;

		for (size_t k = child; k < child + 2 && k < s->heap; k++) {
			if (lowest(&s->run[k]) < lowest(&s->run[low]))
				low = k;
		}
		if (low == i)
			return;
		moved = s->run[i];
		s->run[i] = s->run[low];
		s->run[low] = moved;
		i = low;
	}
}

static bool begin_runs(struct index_sort *s)
{
	size_t room = INDEX_SORT_RUN / s->runs;

	/* What a run has in memory is where all of one was. */
	room = room ? room : 1;
	s->run = mem_resize(s->run, s->runs, sizeof(*s->run));
	if (s->cap < s->runs * room) {
		s->cap = s->runs * room;
		s->entry = mem_resize(s->entry, s->cap, sizeof(*s->entry));
	}
	s->heap = s->runs;
	for (size_t i = 0; i < s->runs; i++) {
		s->run[i] = (struct index_run){.at = i ? s->end[i - 1] : 0,
		    .end = s->end[i], .entry = s->entry + i * room};
		if (!refill(s, &s->run[i]))
			return false;
	}
	for (size_t i = s->heap; i-- > 0;)
		sink(s, i);
	return true;
}

bool index_sort_begin(struct index_sort *s)
{
	s->next = 0;
	s->told = false;
	if (s->written && s->count && !spill(s))
		return false;
	if (s->written)
		return begin_runs(s);
	sort(s);
	return true;
}

/* The lowest of all runs, some of which may be there in several. */
static bool next_of_runs(struct index_sort *s, uint64_t *entry)
{
	struct index_run *r = s->run;

	errno = 0;
	if (!s->heap)
		return false;
	*entry = lowest(r);
	if (++r->next == r->count && !refill(s, r)) {
		if (errno)
			return false;
		*r = s->run[--s->heap];
	}
	sink(s, 0);
	return true;
}

bool index_sort_next(struct index_sort *s, uint64_t *entry)
{
	while (s->written && next_of_runs(s, entry)) {
		if (s->told && *entry == s->last)
			continue;
		s->told = true;
		s->last = *entry;
		return true;
	}
	if (s->written)
		return false;
	errno = 0;
	if (s->next == s->count)
		return false;
	*entry = s->entry[s->next++];
	return true;
}

void index_sort_release(struct index_sort *s)
{
	if (s->written)
		close(s->fd);
	free(s->entry);
	free(s->end);
	free(s->run);
	s->entry = NULL;
	s->end = NULL;
	s->run = NULL;
	s->written = false;
}
