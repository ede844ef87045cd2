/* SPDX-License-Identifier: ISC */
/* Counting what sources have.
 *
 * It is lines, and not segments, that are spread over the threads: so a journal
 * of one segment, a compressed one and a pipe take no longer than others. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "stats/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "journal/skip.h"

enum {
	BLOCK = 512 * 1024, /* bytes, and what the last line has beyond it */
	BLOCKS_EACH = 3,    /* of a thread: in hand, waiting, on the way */
};

struct place {
	size_t at, len; /* in the block's text */
	uint64_t number;
};

/* Lines of one segment or file. */
struct block {
	struct block *next;
	struct buf text;
	struct place *line;
	size_t lines, cap;
	struct buf where; /* source_where() without the number of the line */
};

struct worker {
	struct stats_scan *scan;
	pthread_t thread;
	struct counting counting;
	struct buf where;
};

struct stats_scan {
	const struct scan_listener *listener;
	pthread_mutex_t mutex, speaking;
	pthread_cond_t filled, emptied;
	struct block *full, **full_end, *empty;
	bool ended;
	struct block *fill; /* the reader's */
	char segment[64]; /* that it is of */
	struct worker worker[SCAN_THREADS_MAX];
	size_t workers, running;
};

static void tell(struct worker *w, const struct block *b,
    const struct place *p, const char *why)
{
	struct stats_scan *s = w->scan;

	buf_reset(&w->where);
	buf_addf(&w->where, "%.*s%llu", SPAN_ARG(buf_span(&b->where)),
	    (unsigned long long)p->number);
	pthread_mutex_lock(&s->speaking);
	s->listener->bad(s->listener->arg, buf_str(&w->where), why);
	pthread_mutex_unlock(&s->speaking);
}

static void count(struct worker *w, const struct block *b)
{
	struct record r;

	for (size_t i = 0; i < b->lines; i++) {
		const struct place *p = &b->line[i];
		const char *why = record_parse(&r, b->text.data + p->at,
		    p->len);

		why = why ? why : counting_add(&w->counting, &r);
		if (why)
			tell(w, b, p, why);
	}
}

/* The next block to count, in exchange for the last; NULL: there is none. */
static struct block *take(struct stats_scan *s, struct block *done)
{
	struct block *b;

	pthread_mutex_lock(&s->mutex);
	if (done) {
		done->next = s->empty;
		s->empty = done;
		pthread_cond_signal(&s->emptied);
	}
	while (!s->full && !s->ended)
		pthread_cond_wait(&s->filled, &s->mutex);
	b = s->full;
	if (b)
		s->full = b->next;
	if (!s->full)
		s->full_end = &s->full;
	pthread_mutex_unlock(&s->mutex);
	return b;
}

static void *run(void *arg)
{
	struct worker *w = arg;
	struct block *b = NULL;

	while ((b = take(w->scan, b)))
		count(w, b);
	return NULL;
}

static size_t processors(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set)
							     : 1;

	return n < 1 ? 1 : n > SCAN_THREADS_MAX ? SCAN_THREADS_MAX : (size_t)n;
}

static const char *start(struct stats_scan *s, const struct counting_plan *plan,
    size_t threads)
{
	for (size_t i = 0; i < threads; i++) {
		struct worker *w = &s->worker[i];
		const char *why;
		int error;

		w->scan = s;
		s->workers++;
		why = counting_init(&w->counting, plan);
		if (why)
			return why;
		error = pthread_create(&w->thread, NULL, run, w);
		if (error) {
			errno = error;
			return "no thread can be started";
		}
		s->running++;
	}
	return NULL;
}

struct stats_scan *stats_scan_new(const struct counting_plan *plan,
    const struct scan_listener *listener, const char **why)
{
	struct stats_scan *s = mem_zalloc(sizeof(*s));
	size_t threads = plan->unique ? 1 : processors();

	s->listener = listener;
	s->full_end = &s->full;
	pthread_mutex_init(&s->mutex, NULL);
	pthread_mutex_init(&s->speaking, NULL);
	pthread_cond_init(&s->filled, NULL);
	pthread_cond_init(&s->emptied, NULL);
	for (size_t i = 0; i < BLOCKS_EACH * threads; i++) {
		struct block *b = mem_zalloc(sizeof(*b));

		b->next = s->empty;
		s->empty = b;
	}
	*why = start(s, plan, threads);
	if (!*why)
		return s;
	stats_scan_free(s);
	return NULL;
}

/* Hand over what is filled. */
static void pass_on(struct stats_scan *s)
{
	struct block *b = s->fill;

	if (!b)
		return;
	s->fill = NULL;
	pthread_mutex_lock(&s->mutex);
	b->next = NULL;
	*s->full_end = b;
	s->full_end = &b->next;
	pthread_cond_signal(&s->filled);
	pthread_mutex_unlock(&s->mutex);
}

/* A block for lines of that source from where it is. */
static void begin(struct stats_scan *s, struct source *source)
{
	struct span where = span_of(source_where(source));
	struct block *b;

	pthread_mutex_lock(&s->mutex);
	while (!s->empty)
		pthread_cond_wait(&s->emptied, &s->mutex);
	b = s->empty;
	s->empty = b->next;
	pthread_mutex_unlock(&s->mutex);
	while (where.n && where.p[where.n - 1] >= '0' &&
	    where.p[where.n - 1] <= '9')
		where.n--;
	buf_reset(&b->where);
	buf_addspan(&b->where, where);
	buf_reset(&b->text);
	b->lines = 0;
	s->fill = b;
}

static bool same_segment(struct stats_scan *s, const struct source *source)
{
	const char *now = source->journal ? source->at.segment : "";
	bool same = strncmp(s->segment, now, sizeof(s->segment) - 1) == 0;

	if (!same) {
		s->segment[0] = '\0';
		strncat(s->segment, now, sizeof(s->segment) - 1);
	}
	return same;
}

static void add_line(struct stats_scan *s, struct source *source)
{
	struct block *b;

	if (!same_segment(s, source) ||
	    (s->fill && s->fill->text.len >= BLOCK))
		pass_on(s);
	if (!s->fill)
		begin(s, source);
	b = s->fill;
	if (b->lines == b->cap) {
		b->cap = b->cap ? 2 * b->cap : 1024;
		b->line = mem_resize(b->line, b->cap, sizeof(*b->line));
	}
	b->line[b->lines++] = (struct place){b->text.len, source->line.n,
	    source->journal ? source->at.line : source->in.number};
	buf_addspan(&b->text, source->line);
}

/* Go over what an index shows not to be counted. SOURCE_DRAINED: it is, or it
 * cannot be told. */
static enum source_item go_over(struct skip *skip, struct source *source)
{
	struct skip_place next;

	if (skip->dir < 0 || !skip_line(skip, &source->at, &next))
		return SOURCE_DRAINED;
	return source_seek(source, next.first, next.place, next.lines)
	    ? SOURCE_NOTE
	    : SOURCE_ERROR;
}

static enum source_item next_line(struct skip *skip, struct source *source)
{
	enum source_item item, gone;

	do {
		item = source_line(source);
		if (item != SOURCE_RECORD && item != SOURCE_NOTE)
			return item;
		gone = go_over(skip, source);
	} while (gone == SOURCE_NOTE);
	return gone == SOURCE_ERROR ? gone : item;
}

static bool scan_all(struct stats_scan *s, struct skip *skip,
    struct source *source)
{
	enum source_item item;

	while ((item = next_line(skip, source)) != SOURCE_END) {
		if (item == SOURCE_RECORD) {
			add_line(s, source);
		} else if (item == SOURCE_BAD) {
			pthread_mutex_lock(&s->speaking);
			s->listener->bad(s->listener->arg,
			    source_where(source), source->why);
			pthread_mutex_unlock(&s->speaking);
		} else if (item == SOURCE_ERROR) {
			break;
		}
	}
	pass_on(s);
	return item == SOURCE_END;
}

bool stats_scan_source(struct stats_scan *s, struct source *source)
{
	/* That of a thread, of which only what never changes is looked at. */
	const struct search *search = s->worker[0].counting.search;
	struct skip skip;
	bool ok;
	int saved;

	skip_init(&skip, search, source->directory && search
		? open(source->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
		: -1);
	ok = scan_all(s, &skip, source);
	saved = errno;
	if (skip.dir >= 0)
		close(skip.dir);
	skip_release(&skip);
	errno = saved;
	return ok;
}

static void join(struct stats_scan *s)
{
	pthread_mutex_lock(&s->mutex);
	s->ended = true;
	pthread_cond_broadcast(&s->filled);
	pthread_mutex_unlock(&s->mutex);
	while (s->running)
		pthread_join(s->worker[--s->running].thread, NULL);
}

struct counting *stats_scan_end(struct stats_scan *s)
{
	join(s);
	for (size_t i = 1; i < s->workers; i++)
		counting_merge(&s->worker[0].counting, &s->worker[i].counting);
	return &s->worker[0].counting;
}

static void block_free(struct block *b)
{
	buf_release(&b->text);
	buf_release(&b->where);
	free(b->line);
	free(b);
}

void stats_scan_free(struct stats_scan *s)
{
	struct block *next;

	if (!s)
		return;
	join(s);
	for (struct block *b = s->empty; b; b = next) {
		next = b->next;
		block_free(b);
	}
	for (size_t i = 0; i < s->workers; i++) {
		counting_release(&s->worker[i].counting);
		buf_release(&s->worker[i].where);
	}
	pthread_mutex_destroy(&s->mutex);
	pthread_mutex_destroy(&s->speaking);
	pthread_cond_destroy(&s->filled);
	pthread_cond_destroy(&s->emptied);
	free(s);
}
