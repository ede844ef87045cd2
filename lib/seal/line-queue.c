/* SPDX-License-Identifier: ISC */
/* Lines for other threads, in batches: a ring of them is filled, looked at by
 * as many threads as there are processors, and taken in order. */
#define _DEFAULT_SOURCE /* _SC_NPROCESSORS_ONLN */
#include "seal/line-queue.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "journal/segment.h"

enum {
	BATCH_LINES = 512,
	BATCH_BYTES = 256 * 1024,
	THREADS = 8, /* at most */
};

/* Of the line's spans the lengths are right, and where they are is in the
 * bytes: chain, the chain before, text. */
struct queued {
	enum journal_item item;
	struct journal_line line;
	struct looked looked;
	size_t at;
};

struct batch {
	struct buf bytes;
	struct queued *line; /* BATCH_LINES of them */
	size_t count;
	char segment[JOURNAL_NAME]; /* of all of them */
};

/* Batches are numbered; number N is in the ring at N modulo its size. */
struct line_queue {
	line_looker *look;
	line_taker *take;
	void *arg;
	size_t threads, ring;
	pthread_t thread[THREADS];
	pthread_mutex_t lock;
	pthread_cond_t turned;
	struct batch *batch;
	uint64_t filled; /* the one that is being filled */
	uint64_t begun;	 /* the next one to be looked at */
	uint64_t taken;	 /* the next one to be taken */
	bool ending, refused;
};

static struct batch *batch_of(const struct line_queue *q, uint64_t number)
{
	return &q->batch[number % q->ring];
}

/* Set its spans, once there are all bytes. */
static void place(const struct batch *b, struct queued *q)
{
	const char *p = b->bytes.data + q->at;
	struct journal_line *l = &q->line;

	l->segment = b->segment;
	l->chain.p = p;
	p += l->chain.n;
	l->before.p = l->before.n ? p : NULL;
	p += l->before.n;
	l->text.p = p;
}

static void look_at(const struct line_queue *q, struct batch *b,
    struct digest *d)
{
	for (size_t i = 0; i < b->count; i++) {
		struct queued *l = &b->line[i];

		place(b, l);
		q->look(d, l->item, &l->line, &l->looked);
	}
}

static bool take_all(const struct line_queue *q, const struct batch *b)
{
	for (size_t i = 0; i < b->count; i++) {
		const struct queued *l = &b->line[i];

		if (!q->take(q->arg, l->item, &l->line, &l->looked))
			return false;
	}
	return true;
}

/* Under the lock: the next batch, when it is there. False: there is none. */
static bool wait_for_batch(struct line_queue *q, uint64_t *number)
{
	while (q->begun == q->filled && !q->ending)
		pthread_cond_wait(&q->turned, &q->lock);
	if (q->begun == q->filled)
		return false;
	*number = q->begun++;
	return true;
}

static void *run(void *arg)
{
	struct line_queue *q = arg;
	struct digest *d = digest_new(NULL, 0);
	uint64_t number;

	pthread_mutex_lock(&q->lock);
	while (wait_for_batch(q, &number)) {
		struct batch *b = batch_of(q, number);
		bool good = !q->refused;

		pthread_mutex_unlock(&q->lock);
		if (good)
			look_at(q, b, d);
		pthread_mutex_lock(&q->lock);
		while (q->taken != number)
			pthread_cond_wait(&q->turned, &q->lock);
		good = !q->refused;
		pthread_mutex_unlock(&q->lock);
		good = good && take_all(q, b);
		pthread_mutex_lock(&q->lock);
		q->refused = !good;
		q->taken++;
		pthread_cond_broadcast(&q->turned);
	}
	pthread_mutex_unlock(&q->lock);
	digest_free(d);
	return NULL;
}

struct line_queue *line_queue_new(line_looker *look, line_taker *take,
    void *arg)
{
	struct line_queue *q = mem_zalloc(sizeof(*q));
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	q->look = look;
	q->take = take;
	q->arg = arg;
	q->threads = cpus < 1 ? 1 : cpus > THREADS ? THREADS : (size_t)cpus;
	q->ring = 2 * q->threads + 1;
	q->batch = mem_zalloc(q->ring * sizeof(*q->batch));
	for (size_t i = 0; i < q->ring; i++)
		q->batch[i].line =
		    mem_zalloc(BATCH_LINES * sizeof(*q->batch[i].line));
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->turned, NULL);
	for (size_t i = 0; i < q->threads; i++) {
		if (pthread_create(&q->thread[i], NULL, run, q) != 0)
			mem_exhausted();
	}
	return q;
}

/* Hand over what is filled, and have a free one to fill. */
static bool turn(struct line_queue *q)
{
	struct batch *b;
	bool refused;

	pthread_mutex_lock(&q->lock);
	q->filled++;
	pthread_cond_broadcast(&q->turned);
	while (q->filled - q->taken >= q->ring)
		pthread_cond_wait(&q->turned, &q->lock);
	refused = q->refused;
	pthread_mutex_unlock(&q->lock);
	b = batch_of(q, q->filled);
	b->count = 0;
	buf_reset(&b->bytes);
	return !refused;
}

static void set_segment(struct batch *b, const char *name)
{
	size_t n = strlen(name);

	n = n < sizeof(b->segment) ? n : sizeof(b->segment) - 1;
	memcpy(b->segment, name, n);
	b->segment[n] = '\0';
}

bool line_queue_add(struct line_queue *q, enum journal_item item,
    const struct journal_line *l)
{
	struct batch *b = batch_of(q, q->filled);
	struct queued *new;

	if (b->count == BATCH_LINES || b->bytes.len > BATCH_BYTES ||
	    (b->count && strcmp(b->segment, l->segment) != 0)) {
		if (!turn(q))
			return false;
		b = batch_of(q, q->filled);
	}
	if (!b->count)
		set_segment(b, l->segment);
	new = &b->line[b->count++];
	new->item = item;
	new->line = *l;
	new->at = b->bytes.len;
	new->line.digest = (struct span){NULL, 0};
	if (!l->before.p)
		new->line.before.n = 0;
	buf_addspan(&b->bytes, l->chain);
	buf_addspan(&b->bytes, new->line.before);
	buf_addspan(&b->bytes, l->text);
	return true;
}

bool line_queue_end(struct line_queue *q)
{
	bool good;

	(void)turn(q);
	pthread_mutex_lock(&q->lock);
	q->ending = true;
	pthread_cond_broadcast(&q->turned);
	pthread_mutex_unlock(&q->lock);
	for (size_t i = 0; i < q->threads; i++)
		pthread_join(q->thread[i], NULL);
	good = !q->refused;
	for (size_t i = 0; i < q->ring; i++) {
		free(q->batch[i].line);
		buf_release(&q->batch[i].bytes);
	}
	free(q->batch);
	pthread_mutex_destroy(&q->lock);
	pthread_cond_destroy(&q->turned);
	free(q);
	return good;
}
