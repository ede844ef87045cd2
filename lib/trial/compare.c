/* SPDX-License-Identifier: ISC */
/* Records decided by two policies: the first in a thread of its own. */
#include "trial/compare.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>

#include "base/mem.h"

enum { BEFORE, AFTER, SIDES };

/* Where in the side's text a reason and a stanza are. */
struct found {
	enum verdict verdict;
	const char *fault;
	size_t reason, reasons, stanza, stanzas;
	bool edited;
};

struct side {
	struct policy *policy;
	struct found *found; /* COMPARE_RECORDS */
	struct buf text;     /* what policies keep only until the next one */
};

struct compare {
	struct side side[SIDES];
	struct buf lines;
	struct record *record; /* COMPARE_RECORDS */
	uint64_t *number;
	size_t count, seen;
	pthread_t thread;
	sem_t go, done;
	bool stop;
};

static void keep(struct side *s, struct found *f, const struct record *r,
    struct span came)
{
	struct span stanza = r->field[RECORD_STANZA];

	f->verdict = r->verdict;
	f->reason = s->text.len;
	f->reasons = r->field[RECORD_REASON].n;
	buf_addspan(&s->text, r->field[RECORD_REASON]);
	f->edited = stanza.p != came.p;
	f->stanza = s->text.len;
	f->stanzas = stanza.n;
	if (f->edited)
		buf_addspan(&s->text, stanza);
}

static void decide(const struct compare *c, struct side *s)
{
	buf_reset(&s->text);
	for (size_t i = 0; i < c->count; i++) {
		struct found *f = &s->found[i];
		struct record r = c->record[i];

		f->fault = NULL;
		if (policy_decide(s->policy, &r, &f->fault, NULL) !=
		    POLICY_BAD)
			f->fault = NULL;
		keep(s, f, &r, c->record[i].field[RECORD_STANZA]);
	}
}

static void await(sem_t *sem)
{
	while (sem_wait(sem) != 0)
		continue; /* a signal */
}

static void *run(void *arg)
{
	struct compare *c = arg;

	for (;;) {
		await(&c->go);
		if (c->stop)
			return NULL;
		decide(c, &c->side[BEFORE]);
		sem_post(&c->done);
	}
}

struct compare *compare_new(struct policy *before, struct policy *after)
{
	struct compare *c = mem_zalloc(sizeof(*c));
	sigset_t all, were;

	c->side[BEFORE].policy = before;
	c->side[AFTER].policy = after;
	for (int i = 0; i < SIDES; i++)
		c->side[i].found = mem_resize(NULL, COMPARE_RECORDS,
		    sizeof(*c->side[i].found));
	c->record = mem_resize(NULL, COMPARE_RECORDS, sizeof(*c->record));
	c->number = mem_resize(NULL, COMPARE_RECORDS, sizeof(*c->number));
	sem_init(&c->go, 0, 0);
	sem_init(&c->done, 0, 0);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &were);
	if (pthread_create(&c->thread, NULL, run, c) != 0)
		mem_exhausted();
	pthread_sigmask(SIG_SETMASK, &were, NULL);
	return c;
}

void compare_free(struct compare *c)
{
	if (!c)
		return;
	c->stop = true;
	sem_post(&c->go);
	pthread_join(c->thread, NULL);
	sem_destroy(&c->go);
	sem_destroy(&c->done);
	for (int i = 0; i < SIDES; i++) {
		free(c->side[i].found);
		buf_release(&c->side[i].text);
	}
	buf_release(&c->lines);
	free(c->record);
	free(c->number);
	free(c);
}

bool compare_add(struct compare *c, const struct record *r, struct span line,
    uint64_t number)
{
	struct record *to = &c->record[c->count];
	char *at;

	if (c->count == COMPARE_RECORDS ||
	    (c->count && COMPARE_BYTES - c->lines.len < line.n))
		return false;
	if (!c->count) {
		/* From here on the lines stay where they are. */
		buf_reset(&c->lines);
		buf_room(&c->lines, line.n > COMPARE_BYTES ? line.n
							   : COMPARE_BYTES);
	}
	at = c->lines.data + c->lines.len;
	buf_addspan(&c->lines, line);
	*to = *r;
	record_move(to, line.p, at);
	record_begin_anew(to);
	c->number[c->count++] = number;
	return true;
}

void compare_run(struct compare *c)
{
	c->seen = 0;
	if (!c->count)
		return;
	sem_post(&c->go);
	decide(c, &c->side[AFTER]);
	await(&c->done);
}

static struct outcome outcome(const struct compare *c, const struct side *s,
    size_t i)
{
	const struct found *f = &s->found[i];
	struct outcome o = {.verdict = f->verdict,
	    .reason = {s->text.data + f->reason, f->reasons},
	    .stanza = c->record[i].field[RECORD_STANZA]};

	if (f->edited)
		o.stanza = (struct span){s->text.data + f->stanza, f->stanzas};
	return o;
}

bool compare_next(struct compare *c, struct compared *to)
{
	size_t i = c->seen++;
	const char *fault;

	if (i >= c->count) {
		c->count = 0;
		return false;
	}
	fault = c->side[BEFORE].found[i].fault;
	*to = (struct compared){.number = c->number[i],
	    .fault = fault ? fault : c->side[AFTER].found[i].fault,
	    .record = c->record[i],
	    .before = outcome(c, &c->side[BEFORE], i),
	    .after = outcome(c, &c->side[AFTER], i)};
	return true;
}
