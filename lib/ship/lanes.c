/* SPDX-License-Identifier: ISC */
/* Batches of rows on their way into a database. */
#include "ship/lanes.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ship/months.h"
#include "ship/postgres.h"
#include "ship/tables.h"

enum { LANES = 3 }; /* one is filled */

struct lane {
	struct lanes *all;
	struct postgres *pg;
	pthread_t thread;
	bool busy; /* it has a thread */
	bool aside; /* the session has its table for what is unread */
	uint64_t turn;
	struct batch batch;
	struct buf sql, value;
};

struct lanes {
	struct lane lane[LANES];
	unsigned fill; /* the lane whose batch is filled */
	bool unread;
	pthread_mutex_t mutex; /* of these: */
	pthread_cond_t turned;
	uint64_t turn; /* whose turn it is to commit */
	bool failed, hopeless;
	struct buf why;
	uint64_t turns; /* given so far */
	struct months months;
	int64_t moved;
	char late[UUID_LEN + 1]; /* a journal that was moved, but maybe not on
				  * disk yet; "": none is */
};

/* The words are merged into their index in large parts, as their keys are
 * then read and written once for many texts. A commit does not wait for the
 * disk: what the server loses if it crashes then, it loses with the journal's
 * place. But nothing is said to be there before it is on disk: settle. */
static const char session[] =
    "SET client_min_messages = error; SET work_mem = '64MB';"
    "SET synchronous_commit = off";

/* ---- one batch, in a thread */

/* Records whose words the server has to find go through a table aside. */
static bool make_aside(struct lane *l)
{
	if (!l->aside && l->batch.rows.table[ROWS_UNREAD].len &&
	    !postgres_do(l->pg, tables_unread))
		return false;
	l->aside = l->aside || l->batch.rows.table[ROWS_UNREAD].len;
	return true;
}

static bool copy(struct lane *l)
{
	rows_end(&l->batch.rows);
	if (!make_aside(l) || !postgres_do(l->pg, "BEGIN"))
		return false;
	for (int i = 0; i < ROWS_TABLES; i++) {
		struct span rows = buf_span(&l->batch.rows.table[i]);

		if (rows.n && !postgres_copy(l->pg, rows_table[i], rows))
			return false;
	}
	return !l->batch.rows.table[ROWS_UNREAD].len ||
	    postgres_do(l->pg, tables_read);
}

/* With the mutex held. */
static void fail(struct lanes *s, const char *why, bool hopeless)
{
	if (s->failed)
		return;
	s->failed = true;
	s->hopeless = hopeless;
	buf_adds(&s->why, why);
	buf_str(&s->why);
}

/* What was copied is only there if the journal's place can be moved from where
 * the batch begins. */
static bool move(struct lane *l, bool *taken)
{
	struct batch *b = &l->batch;
	bool there;

	buf_reset(&l->sql);
	buf_addf(&l->sql,
	    "UPDATE cup.journals SET seq = %" PRIu64 ", chain = '%.*s', "
	    "shipped = now() WHERE journal = '%s' AND seq = %" PRIu64
	    " RETURNING seq",
	    b->seq, DIGEST_HEX, b->chain, b->rows.journal, b->after);
	if (!postgres_ask(l->pg, buf_str(&l->sql), &l->value, &there))
		return false;
	*taken = !there;
	if (!there)
		return false;
	buf_reset(&l->sql);
	buf_addspan(&l->sql, buf_span(&b->rows.after));
	buf_addf(&l->sql,
	    "INSERT INTO cup.heads VALUES ('%s', %" PRIu64 ", '%.*s', now()) "
	    "ON CONFLICT DO NOTHING; COMMIT",
	    b->rows.journal, b->seq, DIGEST_HEX, b->chain);
	return postgres_do(l->pg, buf_str(&l->sql));
}

static void *run_lane(void *arg)
{
	struct lane *l = arg;
	struct lanes *s = l->all;
	bool ok = copy(l), taken = false;

	pthread_mutex_lock(&s->mutex);
	while (s->turn != l->turn)
		pthread_cond_wait(&s->turned, &s->mutex);
	if (!ok)
		fail(s, postgres_why(l->pg), postgres_hopeless(l->pg));
	ok = !s->failed;
	pthread_mutex_unlock(&s->mutex);
	if (ok)
		ok = move(l, &taken);
	pthread_mutex_lock(&s->mutex);
	if (!ok)
		fail(s, taken ? "another cup-ship moves a journal, too"
			      : postgres_why(l->pg),
		    !taken && postgres_hopeless(l->pg));
	s->turn++;
	pthread_cond_broadcast(&s->turned);
	pthread_mutex_unlock(&s->mutex);
	return NULL;
}

/* ---- handing over */

static void join_lane(struct lanes *s, struct lane *l)
{
	if (!l->busy)
		return;
	pthread_join(l->thread, NULL);
	l->busy = false;
	memcpy(s->late, l->batch.rows.journal, sizeof(s->late));
	rows_reset(&l->batch.rows);
	l->batch.filled = false;
	s->moved = clock_ms();
}

/* A commit that waits for the disk, as all before it then is there, too. */
static void settle(struct lanes *s)
{
	struct lane *l = &s->lane[s->fill];

	buf_reset(&l->sql);
	buf_addf(&l->sql,
	    "BEGIN; SET LOCAL synchronous_commit = on; UPDATE cup.journals "
	    "SET shipped = now() WHERE journal = '%s'; COMMIT",
	    s->late);
	if (!postgres_do(l->pg, buf_str(&l->sql)))
		fail(s, postgres_why(l->pg), postgres_hopeless(l->pg));
	s->late[0] = '\0';
}

/* A new month waits for whoever writes to any, so nobody may do that who waits
 * for this batch. */
static bool make_months(struct lanes *s, struct lane *l)
{
	const struct rows *rows = &l->batch.rows;

	for (size_t i = 0; i < rows->months; i++) {
		if (months_known(&s->months, rows->month[i]))
			continue;
		for (int k = 0; k < LANES; k++)
			join_lane(s, &s->lane[k]);
		if (!months_make(&s->months, l->pg, rows->month[i]))
			return false;
	}
	return true;
}

bool lanes_join(struct lanes *s)
{
	for (int i = 0; i < LANES; i++)
		join_lane(s, &s->lane[i]);
	if (s->late[0] && !s->failed)
		settle(s);
	return !s->failed;
}

bool lanes_hand_over(struct lanes *s)
{
	struct lane *l = &s->lane[s->fill];
	sigset_t all, before;
	bool ok;

	/* If that fails, no thread runs any more. */
	if (l->batch.filled && !make_months(s, l)) {
		fail(s, postgres_why(l->pg), postgres_hopeless(l->pg));
		return false;
	}
	if (l->batch.filled) {
		l->turn = s->turns++;
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		if (pthread_create(&l->thread, NULL, run_lane, l) != 0)
			mem_exhausted();
		pthread_sigmask(SIG_SETMASK, &before, NULL);
		l->busy = true;
		s->fill = (s->fill + 1) % LANES;
		join_lane(s, &s->lane[s->fill]);
	}
	pthread_mutex_lock(&s->mutex);
	ok = !s->failed;
	pthread_mutex_unlock(&s->mutex);
	return ok;
}

/* ---- the rest */

bool lanes_begin(struct lanes *s, const struct journals_one *one,
    uint64_t *seq, char chain[DIGEST_HEX])
{
	struct lane *l = &s->lane[s->fill];
	bool there;
	char *end;

	*seq = 0;
	chain[0] = '\0';
	buf_reset(&l->sql);
	buf_addf(&l->sql, "INSERT INTO cup.journals VALUES ('%s', ", one->id);
	postgres_literal(l->pg, &l->sql, span_of(one->path));
	buf_adds(&l->sql, ", 0, NULL, now()) ON CONFLICT DO NOTHING;");
	buf_addf(&l->sql, "SELECT seq || ' ' || coalesce(chain, '') "
			  "FROM cup.journals WHERE journal = '%s'", one->id);
	if (!postgres_ask(l->pg, buf_str(&l->sql), &l->value, &there)) {
		fail(s, postgres_why(l->pg), postgres_hopeless(l->pg));
		return false;
	}
	if (!there)
		return true;
	*seq = strtoull(l->value.data, &end, 10);
	if (*end == ' ' && strlen(end + 1) == DIGEST_HEX)
		memcpy(chain, end + 1, DIGEST_HEX);
	return true;
}

static bool connect_all(struct lanes *s, const char *url, struct buf *why)
{
	bool there, ok;

	for (int i = 0; i < LANES; i++) {
		struct lane *l = &s->lane[i];

		l->all = s;
		l->pg = postgres_new(url, why);
		if (!l->pg)
			return false;
		ok = postgres_do(l->pg, session) &&
		    postgres_ask(l->pg, words_alike, &l->value, &there);
		if (!ok) {
			buf_adds(why, postgres_why(l->pg));
			return false;
		}
		s->unread = s->unread || !there ||
		    strcmp(l->value.data, "t") != 0;
	}
	return true;
}

struct lanes *lanes_new(const char *url, struct buf *why)
{
	struct lanes *s = mem_zalloc(sizeof(*s));

	pthread_mutex_init(&s->mutex, NULL);
	pthread_cond_init(&s->turned, NULL);
	s->moved = clock_ms();
	if (connect_all(s, url, why))
		return s;
	lanes_free(s);
	return NULL;
}

void lanes_free(struct lanes *s)
{
	if (!s)
		return;
	(void)lanes_join(s);
	for (int i = 0; i < LANES; i++) {
		struct lane *l = &s->lane[i];

		postgres_free(l->pg);
		rows_release(&l->batch.rows);
		buf_release(&l->sql);
		buf_release(&l->value);
	}
	buf_release(&s->why);
	pthread_cond_destroy(&s->turned);
	pthread_mutex_destroy(&s->mutex);
	months_release(&s->months);
	free(s);
}

struct batch *lanes_batch(struct lanes *s)
{
	return &s->lane[s->fill].batch;
}

bool lanes_unread(const struct lanes *s)
{
	return s->unread;
}

int64_t lanes_moved(const struct lanes *s)
{
	return s->moved;
}

const char *lanes_why(const struct lanes *s, bool *hopeless)
{
	*hopeless = s->hopeless;
	return s->why.len ? s->why.data : "";
}
