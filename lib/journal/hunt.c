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

struct hunt *hunt_new(struct search *search)
{
	struct hunt *h = mem_zalloc(sizeof(*h));

	h->search = search;
	return h;
}

static void free_trail(struct hunt *h, struct trail *t)
{
	while (t->first)
		trail_drop(h, t);
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
		t->item = trail_next(h, t);
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
