/* SPDX-License-Identifier: ISC */
/* Lines for a second thread: one batch is filled while another one is taken. */
#include "seal/line-queue.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "journal/segment.h"

enum {
	BATCH_LINES = 2048,
	BATCH_BYTES = 1024 * 1024,
};

/* Of the line's spans the lengths are right, and where they are is in the
 * bytes: chain, digest, text. */
struct queued {
	enum journal_item item;
	struct journal_line line;
	size_t at;
};

struct batch {
	struct buf bytes;
	struct queued *line; /* BATCH_LINES of them */
	size_t count;
	char segment[JOURNAL_NAME]; /* of all of them */
};

struct line_queue {
	line_taker *take;
	void *arg;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t turned;
	struct batch batch[2];
	int filled;  /* that is being filled; the other one is the thread's */
	bool handed; /* the other one is full, or being taken */
	bool ending, refused;
};

static void put_back(const struct batch *b, const struct queued *q,
    struct journal_line *l)
{
	const char *p = b->bytes.data + q->at;

	*l = q->line;
	l->segment = b->segment;
	l->chain.p = p;
	p += l->chain.n;
	l->digest.p = l->digest.p ? p : NULL;
	p += l->digest.n;
	l->text.p = p;
}

static bool take_batch(struct line_queue *q, const struct batch *b)
{
	struct journal_line l;

	for (size_t i = 0; i < b->count; i++) {
		put_back(b, &b->line[i], &l);
		if (!q->take(q->arg, b->line[i].item, &l))
			return false;
	}
	return true;
}

static void *run(void *arg)
{
	struct line_queue *q = arg;
	bool good = true;

	pthread_mutex_lock(&q->lock);
	while (good) {
		while (!q->handed && !q->ending)
			pthread_cond_wait(&q->turned, &q->lock);
		if (!q->handed)
			break;
		pthread_mutex_unlock(&q->lock);
		good = take_batch(q, &q->batch[!q->filled]);
		pthread_mutex_lock(&q->lock);
		q->handed = false;
		q->refused = !good;
		pthread_cond_signal(&q->turned);
	}
	pthread_mutex_unlock(&q->lock);
	return NULL;
}

struct line_queue *line_queue_new(line_taker *take, void *arg)
{
	struct line_queue *q = mem_zalloc(sizeof(*q));

	q->take = take;
	q->arg = arg;
	for (int i = 0; i < 2; i++)
		q->batch[i].line =
		    mem_zalloc(BATCH_LINES * sizeof(*q->batch[i].line));
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->turned, NULL);
	if (pthread_create(&q->thread, NULL, run, q) != 0)
		mem_exhausted();
	return q;
}

/* Hand over what is filled, once the thread is done with the other one. */
static bool turn(struct line_queue *q)
{
	bool refused;

	pthread_mutex_lock(&q->lock);
	while (q->handed)
		pthread_cond_wait(&q->turned, &q->lock);
	refused = q->refused;
	if (!refused && q->batch[q->filled].count) {
		q->filled = !q->filled;
		q->handed = true;
		pthread_cond_signal(&q->turned);
	}
	pthread_mutex_unlock(&q->lock);
	q->batch[q->filled].count = 0;
	buf_reset(&q->batch[q->filled].bytes);
	return !refused;
}

bool line_queue_add(struct line_queue *q, enum journal_item item,
    const struct journal_line *l)
{
	struct batch *b = &q->batch[q->filled];
	struct queued *new;

	if (b->count == BATCH_LINES || b->bytes.len > BATCH_BYTES ||
	    (b->count && strcmp(b->segment, l->segment) != 0)) {
		if (!turn(q))
			return false;
		b = &q->batch[q->filled];
	}
	if (!b->count) {
		size_t n = strlen(l->segment);

		n = n < sizeof(b->segment) ? n : sizeof(b->segment) - 1;
		memcpy(b->segment, l->segment, n);
		b->segment[n] = '\0';
	}
	new = &b->line[b->count++];
	*new = (struct queued){item, *l, b->bytes.len};
	/* Lines that are pruned have none. */
	if (!l->digest.p)
		new->line.digest.n = 0;
	buf_addspan(&b->bytes, l->chain);
	buf_addspan(&b->bytes, new->line.digest);
	buf_addspan(&b->bytes, l->text);
	return true;
}

bool line_queue_end(struct line_queue *q)
{
	bool good = turn(q);

	pthread_mutex_lock(&q->lock);
	while (q->handed)
		pthread_cond_wait(&q->turned, &q->lock);
	q->ending = true;
	pthread_cond_signal(&q->turned);
	pthread_mutex_unlock(&q->lock);
	pthread_join(q->thread, NULL);
	good = good && !q->refused;
	for (int i = 0; i < 2; i++) {
		free(q->batch[i].line);
		buf_release(&q->batch[i].bytes);
	}
	pthread_mutex_destroy(&q->lock);
	pthread_cond_destroy(&q->turned);
	free(q);
	return good;
}
