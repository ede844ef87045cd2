/* SPDX-License-Identifier: ISC */
/* Blocks of lines between threads. */
#include "stats/blocks.h"

#include <stdlib.h>

#include "base/mem.h"

void block_add(struct block *b, struct span line, uint64_t number)
{
	if (b->lines == b->cap) {
		b->cap = b->cap ? 2 * b->cap : 1024;
		b->line = mem_resize(b->line, b->cap, sizeof(*b->line));
	}
	b->line[b->lines++] = (struct block_line){b->text.len, line.n, number};
	buf_addspan(&b->text, line);
}

void blocks_init(struct blocks *s, size_t count)
{
	*s = (struct blocks){.full_end = &s->full};
	pthread_mutex_init(&s->mutex, NULL);
	pthread_cond_init(&s->filled, NULL);
	pthread_cond_init(&s->emptied, NULL);
	for (size_t i = 0; i < count; i++) {
		struct block *b = mem_zalloc(sizeof(*b));

		b->next = s->empty;
		s->empty = b;
	}
}

struct block *blocks_spare(struct blocks *s)
{
	struct block *b;

	pthread_mutex_lock(&s->mutex);
	while (!s->empty)
		pthread_cond_wait(&s->emptied, &s->mutex);
	b = s->empty;
	s->empty = b->next;
	pthread_mutex_unlock(&s->mutex);
	buf_reset(&b->where);
	buf_reset(&b->text);
	b->lines = 0;
	return b;
}

void blocks_pass_on(struct blocks *s, struct block *b)
{
	pthread_mutex_lock(&s->mutex);
	b->next = NULL;
	*s->full_end = b;
	s->full_end = &b->next;
	pthread_cond_signal(&s->filled);
	pthread_mutex_unlock(&s->mutex);
}

struct block *blocks_take(struct blocks *s, struct block *done)
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

void blocks_end(struct blocks *s)
{
	pthread_mutex_lock(&s->mutex);
	s->ended = true;
	pthread_cond_broadcast(&s->filled);
	pthread_mutex_unlock(&s->mutex);
}

static void block_free(struct block *b)
{
	buf_release(&b->text);
	buf_release(&b->where);
	free(b->line);
	free(b);
}

void blocks_release(struct blocks *s)
{
	struct block *next;

	for (struct block *b = s->empty; b; b = next) {
		next = b->next;
		block_free(b);
	}
	pthread_mutex_destroy(&s->mutex);
	pthread_cond_destroy(&s->filled);
	pthread_cond_destroy(&s->emptied);
}
