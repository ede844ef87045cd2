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
#include "stats/blocks.h"

enum {
	BLOCK = 512 * 1024, /* bytes, and what the last line has beyond it */
	BLOCKS_EACH = 3,    /* of a thread: in hand, waiting, on the way */
};

struct worker {
	struct stats_scan *scan;
	pthread_t thread;
	struct counting counting;
	struct buf where;
};

struct stats_scan {
	const struct scan_listener *listener;
	pthread_mutex_t speaking;
	struct blocks blocks;
	struct block *fill; /* the reader's */
	char segment[64]; /* that it is of */
	struct worker worker[SCAN_THREADS_MAX];
	size_t workers, running;
};

static void tell(struct worker *w, const struct block *b,
    const struct block_line *l, const char *why)
{
	struct stats_scan *s = w->scan;

	buf_reset(&w->where);
	buf_addf(&w->where, "%.*s%llu", SPAN_ARG(buf_span(&b->where)),
	    (unsigned long long)l->number);
	pthread_mutex_lock(&s->speaking);
	s->listener->bad(s->listener->arg, buf_str(&w->where), why);
	pthread_mutex_unlock(&s->speaking);
}

static void count(struct worker *w, const struct block *b)
{
	struct record r;

	for (size_t i = 0; i < b->lines; i++) {
		const struct block_line *l = &b->line[i];
		const char *why = record_parse(&r, b->text.data + l->at,
		    l->len);

		why = why ? why : counting_add(&w->counting, &r);
		if (why)
			tell(w, b, l, why);
	}
}

static void *run(void *arg)
{
	struct worker *w = arg;
	struct block *b = NULL;

	while ((b = blocks_take(&w->scan->blocks, b)))
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
	pthread_mutex_init(&s->speaking, NULL);
	blocks_init(&s->blocks, BLOCKS_EACH * threads);
	*why = start(s, plan, threads);
	if (!*why)
		return s;
	stats_scan_free(s);
	return NULL;
}

/* Hand over what is filled. */
static void pass_on(struct stats_scan *s)
{
	if (s->fill)
		blocks_pass_on(&s->blocks, s->fill);
	s->fill = NULL;
}

/* A block for lines of that source from where it is. */
static void begin(struct stats_scan *s, struct source *source)
{
	struct span where = span_of(source_where(source));

	while (where.n && where.p[where.n - 1] >= '0' &&
	    where.p[where.n - 1] <= '9')
		where.n--;
	s->fill = blocks_spare(&s->blocks);
	buf_addspan(&s->fill->where, where);
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
	if (!same_segment(s, source) ||
	    (s->fill && s->fill->text.len >= BLOCK))
		pass_on(s);
	if (!s->fill)
		begin(s, source);
	block_add(s->fill, source->line,
	    source->journal ? source->at.line : source->in.number);
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
	blocks_end(&s->blocks);
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

void stats_scan_free(struct stats_scan *s)
{
	if (!s)
		return;
	join(s);
	blocks_release(&s->blocks);
	for (size_t i = 0; i < s->workers; i++) {
		counting_release(&s->worker[i].counting);
		buf_release(&s->worker[i].where);
	}
	pthread_mutex_destroy(&s->speaking);
	free(s);
}
