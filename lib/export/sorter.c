/* SPDX-License-Identifier: ISC */
/* An external merge sort. */
#define _GNU_SOURCE
#include "export/sorter.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "export/unnamed.h"
#include "io/out.h"

/* Before each item, in memory and in the file. */
struct head {
	uint32_t key, data; /* bytes */
};

struct run {
	off_t at, end; /* of what has not been read */
	struct buf in;
	size_t pos; /* of the next item in in */
	struct span key, data;
	bool open; /* key and data are set */
};

struct sorter {
	const char *folder;
	int fd;
	off_t size;
	struct buf items;
	size_t *start; /* of each item in items */
	size_t count, cap, next;
	struct run *run;
	size_t runs, run_cap;
	struct run *last; /* whose item was taken out */
	bool from_memory;
};

struct sorter *sorter_new(const char *folder)
{
	struct sorter *s = mem_zalloc(sizeof(*s));

	s->folder = folder;
	s->fd = -1;
	return s;
}

static void drop_runs(struct sorter *s)
{
	for (size_t i = 0; i < s->runs; i++)
		buf_release(&s->run[i].in);
	s->runs = 0;
	s->last = NULL;
}

void sorter_free(struct sorter *s)
{
	if (!s)
		return;
	drop_runs(s);
	free(s->run);
	free(s->start);
	buf_release(&s->items);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

static struct span item_at(const char *p, struct span *data)
{
	struct head h;

	memcpy(&h, p, sizeof(h));
	*data = (struct span){p + sizeof(h) + h.key, h.data};
	return (struct span){p + sizeof(h), h.key};
}

static int compare_keys(struct span a, struct span b)
{
	int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return c ? c : a.n < b.n ? -1 : a.n > b.n;
}

static int compare(const void *a, const void *b, void *arg)
{
	const size_t *x = a, *y = b;
	const char *items = arg;
	struct span data;
	int c = compare_keys(item_at(items + *x, &data),
	    item_at(items + *y, &data));

	return c ? c : *x < *y ? -1 : *x > *y;
}

static void sort_items(struct sorter *s)
{
	if (s->count)
		qsort_r(s->start, s->count, sizeof(*s->start), compare,
		    s->items.data);
}

static void add_run(struct sorter *s, off_t at, off_t end)
{
	if (s->runs == s->run_cap) {
		s->run_cap = s->run_cap ? 2 * s->run_cap : 16;
		s->run = mem_resize(s->run, s->run_cap, sizeof(*s->run));
	}
	s->run[s->runs++] = (struct run){.at = at, .end = end};
}

static bool write_run(struct sorter *s)
{
	struct out out = {s->fd, BUF_EMPTY};
	off_t at = s->size;
	bool ok = true;

	sort_items(s);
	for (size_t i = 0; i < s->count && ok; i++) {
		const char *p = s->items.data + s->start[i];
		struct span data;
		struct span key = item_at(p, &data);

		buf_add(&out.buf, p, (size_t)(data.p + data.n - p));
		s->size += (off_t)(sizeof(struct head) + key.n + data.n);
		ok = out_spill(&out);
	}
	ok = ok && out_flush(&out);
	buf_release(&out.buf);
	add_run(s, at, s->size);
	s->count = 0;
	buf_reset(&s->items);
	return ok;
}

/* Have the next item of a run whole in its buffer. */
static bool load(const struct sorter *s, struct run *r, size_t need)
{
	buf_consume(&r->in, r->pos);
	r->pos = 0;
	while (r->in.len < need) {
		size_t want = need - r->in.len > SORTER_CHUNK
		    ? need - r->in.len
		    : SORTER_CHUNK;
		ssize_t n;

		if ((off_t)want > r->end - r->at)
			want = (size_t)(r->end - r->at);
		n = pread(s->fd, buf_room(&r->in, want), want, r->at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EIO;
		if (n <= 0)
			return false;
		r->in.len += (size_t)n;
		r->at += n;
	}
	return true;
}

static bool advance(const struct sorter *s, struct run *r)
{
	struct head h;
	size_t need = sizeof(h);

	r->open = false;
	if (r->in.len == r->pos && r->at == r->end)
		return true;
	if (r->in.len - r->pos < need && !load(s, r, need))
		return false;
	memcpy(&h, r->in.data + r->pos, sizeof(h));
	need += (size_t)h.key + h.data;
	if (r->in.len - r->pos < need && !load(s, r, need))
		return false;
	r->key = item_at(r->in.data + r->pos, &r->data);
	r->pos += need;
	r->open = true;
	return true;
}

static bool open_runs(struct sorter *s)
{
	for (size_t i = 0; i < s->runs; i++) {
		if (!advance(s, &s->run[i]))
			return false;
	}
	s->last = NULL;
	return true;
}

static int next_of_runs(struct sorter *s, struct span *key, struct span *data)
{
	struct run *least = NULL;

	if (s->last && !advance(s, s->last))
		return -1;
	for (size_t i = 0; i < s->runs; i++) {
		struct run *r = &s->run[i];

		if (r->open &&
		    (!least || compare_keys(r->key, least->key) < 0))
			least = r;
	}
	s->last = least;
	if (!least)
		return 0;
	*key = least->key;
	*data = least->data;
	return 1;
}

/* Make one run of all, in a file of its own, so that reading them side by side
 * never takes more memory. */
static bool merge_runs(struct sorter *s)
{
	struct out out = {unnamed_open(s->folder), BUF_EMPTY};
	struct span key, data;
	off_t size = 0;
	int found = -1;

	if (out.fd < 0)
		return false;
	if (open_runs(s)) {
		while ((found = next_of_runs(s, &key, &data)) > 0) {
			const char *p = key.p - sizeof(struct head);
			size_t n = sizeof(struct head) + key.n + data.n;

			buf_add(&out.buf, p, n);
			size += (off_t)n;
			if (!out_spill(&out))
				break;
		}
	}
	if (found != 0 || !out_flush(&out)) {
		buf_release(&out.buf);
		close(out.fd);
		return false;
	}
	buf_release(&out.buf);
	drop_runs(s);
	close(s->fd);
	s->fd = out.fd;
	s->size = size;
	add_run(s, 0, size);
	return true;
}

static bool spill(struct sorter *s)
{
	if (s->fd < 0) {
		s->fd = unnamed_open(s->folder);
		if (s->fd < 0)
			return false;
	}
	if (!write_run(s))
		return false;
	return s->runs < SORTER_RUNS || merge_runs(s);
}

bool sorter_add(struct sorter *s, struct span key, struct span data)
{
	struct head h = {(uint32_t)key.n, (uint32_t)data.n};

	if (s->items.len > SORTER_MEMORY && !spill(s))
		return false;
	if (s->count == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 1024;
		s->start = mem_resize(s->start, s->cap, sizeof(*s->start));
	}
	s->start[s->count++] = s->items.len;
	buf_add(&s->items, (const char *)&h, sizeof(h));
	buf_addspan(&s->items, key);
	buf_addspan(&s->items, data);
	return true;
}

bool sorter_finish(struct sorter *s)
{
	s->next = 0;
	s->from_memory = s->fd < 0;
	if (s->from_memory) {
		sort_items(s);
		return true;
	}
	if (s->count && !spill(s))
		return false;
	buf_release(&s->items);
	return open_runs(s);
}

int sorter_next(struct sorter *s, struct span *key, struct span *data)
{
	if (!s->from_memory)
		return next_of_runs(s, key, data);
	if (s->next == s->count)
		return 0;
	*key = item_at(s->items.data + s->start[s->next++], data);
	return 1;
}
