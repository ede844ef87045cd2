/* SPDX-License-Identifier: ISC */
/* Journals into a PostgreSQL database: rows are made in one thread, and batches
 * of them copied by two others, each with a connection of its own; but they
 * commit one after the other. */
#include "ship/database.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ship/postgres.h"
#include "ship/rows.h"
#include "ship/tables.h"

enum {
	BATCH_BYTES = 8 * 1024 * 1024,
	BATCH_LINES = 8000,
	LANES = 3, /* one is filled */
	AGAIN_FIRST = 500, /* milliseconds until it is tried again */
	AGAIN_MOST = 8000,
};

struct batch {
	const struct journals_one *from;
	uint64_t after, seq; /* the lines behind after, up to seq */
	char chain[DIGEST_HEX];
	struct rows rows;
	bool filled;
};

struct lane {
	struct database *d;
	struct postgres *pg;
	pthread_t thread;
	bool busy; /* it has a thread */
	uint64_t turn;
	struct batch batch;
	struct buf sql, value;
};

struct database {
	const struct journals_config *config;
	struct journals_one *journal;
	struct rows_maker maker;
	struct lane lane[LANES];
	unsigned fill; /* the lane whose batch is filled */
	pthread_mutex_t mutex; /* of these: */
	pthread_cond_t turned;
	uint64_t turn;	 /* whose turn it is to commit */
	bool failed, hopeless;
	struct buf why;
	uint64_t turns; /* given so far */
	struct ship_status status;
	int64_t moved;
};

/* ---- one batch, in a thread */

/* Those who need a new month at once make it one after the other. */
static bool partition(struct lane *l)
{
	const struct rows *rows = &l->batch.rows;
	bool there;

	for (size_t i = 0; i < rows->months; i++) {
		int m = rows->month[i];

		buf_reset(&l->sql);
		buf_addf(&l->sql,
		    "SELECT to_regclass('cup.files_%04d_%02d')", m / 12,
		    m % 12 + 1);
		if (!postgres_ask(l->pg, buf_str(&l->sql), &l->value, &there))
			return false;
		if (there)
			continue;
		buf_reset(&l->sql);
		buf_adds(&l->sql, "BEGIN; SELECT pg_advisory_xact_lock("
				  "hashtext('cup.partitions'));");
		tables_partitions(&l->sql, m);
		buf_adds(&l->sql, "COMMIT");
		if (!postgres_do(l->pg, buf_str(&l->sql)))
			return false;
	}
	return true;
}

static bool copy(struct lane *l)
{
	if (!partition(l) || !postgres_do(l->pg, "BEGIN"))
		return false;
	for (int i = 0; i < ROWS_TABLES; i++) {
		struct span rows = buf_span(&l->batch.rows.table[i]);

		if (rows.n && !postgres_copy(l->pg, rows_table[i], rows))
			return false;
	}
	return true;
}

/* With the mutex held. */
static void fail(struct database *d, const char *why, bool hopeless)
{
	if (d->failed)
		return;
	d->failed = true;
	d->hopeless = hopeless;
	buf_adds(&d->why, why);
	buf_str(&d->why);
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
	    b->seq, DIGEST_HEX, b->chain, b->from->id, b->after);
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
	    b->from->id, b->seq, DIGEST_HEX, b->chain);
	return postgres_do(l->pg, buf_str(&l->sql));
}

static void *run_lane(void *arg)
{
	struct lane *l = arg;
	struct database *d = l->d;
	bool ok = copy(l), taken = false;

	pthread_mutex_lock(&d->mutex);
	while (d->turn != l->turn)
		pthread_cond_wait(&d->turned, &d->mutex);
	if (!ok)
		fail(d, postgres_why(l->pg), postgres_hopeless(l->pg));
	ok = !d->failed;
	pthread_mutex_unlock(&d->mutex);
	if (ok)
		ok = move(l, &taken);
	pthread_mutex_lock(&d->mutex);
	if (!ok)
		fail(d, taken ? "another cup-ship moves a journal, too"
			      : postgres_why(l->pg),
		    !taken && postgres_hopeless(l->pg));
	d->turn++;
	pthread_cond_broadcast(&d->turned);
	pthread_mutex_unlock(&d->mutex);
	return NULL;
}

/* ---- handing over */

static void join_lane(struct database *d, struct lane *l)
{
	if (!l->busy)
		return;
	pthread_join(l->thread, NULL);
	l->busy = false;
	rows_reset(&l->batch.rows);
	l->batch.filled = false;
	d->moved = clock_ms();
}

static bool join(struct database *d)
{
	for (int i = 0; i < LANES; i++)
		join_lane(d, &d->lane[i]);
	return !d->failed;
}

static void show(struct database *d, uint64_t lines)
{
	struct ship_lag lag = {.up = true, .records = lines,
	    .since = lines ? d->moved : 0};

	ship_status_set(&d->status, &lag);
}

/* Have the batch that was filled copied, and go on with a free one. */
static bool hand_over(struct database *d)
{
	struct lane *l = &d->lane[d->fill];
	sigset_t all, before;

	if (!l->batch.filled)
		return !d->failed;
	show(d, l->batch.rows.records);
	l->turn = d->turns++;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&l->thread, NULL, run_lane, l) != 0)
		mem_exhausted();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	l->busy = true;
	d->fill = (d->fill + 1) % LANES;
	join_lane(d, &d->lane[d->fill]);
	pthread_mutex_lock(&d->mutex);
	l = d->failed ? NULL : l;
	pthread_mutex_unlock(&d->mutex);
	return l != NULL;
}

/* ---- lines */

/* Where the journal goes on, as the database has it. */
static bool begin(struct database *d, struct journals_one *one)
{
	struct lane *l = &d->lane[d->fill];
	bool there;

	buf_reset(&l->sql);
	buf_addf(&l->sql, "INSERT INTO cup.journals VALUES ('%s', ", one->id);
	postgres_literal(l->pg, &l->sql, span_of(one->path));
	buf_adds(&l->sql, ", 0, NULL, now()) ON CONFLICT DO NOTHING;");
	buf_addf(&l->sql,
	    "SELECT seq FROM cup.journals WHERE journal = '%s'", one->id);
	if (!postgres_ask(l->pg, buf_str(&l->sql), &l->value, &there)) {
		fail(d, postgres_why(l->pg), postgres_hopeless(l->pg));
		return false;
	}
	one->seq = there ? strtoull(l->value.data, NULL, 10) : 0;
	return true;
}

static void add(struct database *d, struct journals_one *one,
    const struct journal_line *line, enum journal_item item)
{
	struct batch *b = &d->lane[d->fill].batch;
	struct span id = span_of(one->id);
	struct record r;

	if (!b->filled) {
		b->filled = true;
		b->from = one;
		b->after = one->seq;
	}
	if (item == JOURNAL_NOTE)
		rows_note(&b->rows, id, line->text);
	else if (!record_parse(&r, line->text.p, line->text.n))
		rows_add(&b->rows, &d->maker, id, line->seq, &r);
	else
		d->config->say("journal '%s': SEQ %" PRIu64 " is no record",
		    one->path, line->seq);
	b->seq = one->seq = line->seq;
	memcpy(b->chain, line->chain.p, DIGEST_HEX);
}

enum step { STEP_MORE, STEP_END, STEP_BROKEN, STEP_FAILED };

/* The next line of one of them. */
static enum step step(struct database *d, struct journals_one *one)
{
	struct journal_line line;
	enum journal_item item = journal_next(one->reader, &line);

	if (item == JOURNAL_END)
		return STEP_END;
	if (item == JOURNAL_ERROR || item == JOURNAL_BROKEN) {
		d->config->say("journal '%s': %s", one->path,
		    journal_why(one->reader));
		return STEP_BROKEN;
	}
	if (!one->id[0]) {
		if (!journals_know(one, d->config))
			return STEP_BROKEN;
		if (!join(d) || !begin(d, one))
			return STEP_FAILED;
	}
	if (line.seq > one->seq && line.chain.n == DIGEST_HEX)
		add(d, one, &line, item);
	return STEP_MORE;
}

static bool batch_full(const struct database *d)
{
	const struct batch *b = &d->lane[d->fill].batch;

	return b->rows.records >= BATCH_LINES ||
	    rows_bytes(&b->rows) >= BATCH_BYTES;
}

/* As much of one journal as a batch takes. */
static enum step batch_of(struct database *d, struct journals_one *one)
{
	enum step s = STEP_MORE;
	unsigned looks = 0;

	while (s == STEP_MORE && !batch_full(d)) {
		s = step(d, one);
		if (++looks % 4096 == 0 && journals_ending(d->config, 0))
			break;
	}
	if (s == STEP_FAILED || !hand_over(d))
		return STEP_FAILED;
	return s;
}

/* A round over all of them; *more: it was not all of any. */
static enum step round_of(struct database *d, bool *more)
{
	*more = false;
	for (size_t i = 0; i < d->config->count; i++) {
		enum step s = batch_of(d, &d->journal[i]);

		if (s == STEP_BROKEN || s == STEP_FAILED)
			return s;
		*more = *more || s == STEP_MORE;
	}
	return STEP_MORE;
}

static enum journals_result turn(struct database *d)
{
	enum step s;
	bool more = true;

	for (;;) {
		s = round_of(d, &more);
		if (!more && s == STEP_MORE && !join(d))
			s = STEP_FAILED;
		if (s == STEP_BROKEN)
			return join(d) ? JOURNALS_BROKEN : JOURNALS_UNREACHED;
		if (s == STEP_FAILED)
			return JOURNALS_UNREACHED;
		if (!more)
			show(d, 0);
		if (!more && !d->config->follow)
			return JOURNALS_DONE;
		if (journals_ending(d->config, more ? 0 : JOURNALS_LOOK))
			return join(d) ? JOURNALS_ENDED : JOURNALS_UNREACHED;
	}
}

static enum journals_result over_journals(struct database *d)
{
	const struct journals_config *c = d->config;
	enum journals_result r = JOURNALS_BROKEN;
	size_t n = 0;

	d->journal = mem_zalloc(c->count * sizeof(*d->journal));
	while (n < c->count && journals_open(&d->journal[n], c, c->path[n]))
		n++;
	if (n == c->count)
		r = turn(d);
	(void)join(d);
	for (size_t i = 0; i < n; i++)
		journals_close(&d->journal[i]);
	free(d->journal);
	return r;
}

static bool connect_all(struct database *d, const char *url)
{
	for (int i = 0; i < LANES; i++) {
		d->lane[i].d = d;
		d->lane[i].pg = postgres_new(url, &d->why);
		if (!d->lane[i].pg)
			return false;
	}
	return true;
}

static enum journals_result attempt(struct database *d, const char *url)
{
	enum journals_result r = JOURNALS_UNREACHED;

	buf_reset(&d->why);
	d->failed = d->hopeless = false;
	if (connect_all(d, url))
		r = over_journals(d);
	if (r == JOURNALS_UNREACHED)
		d->config->say("database: %s", buf_str(&d->why));
	if (r == JOURNALS_UNREACHED && d->hopeless)
		r = JOURNALS_REFUSED;
	for (int i = 0; i < LANES; i++) {
		struct lane *l = &d->lane[i];

		postgres_free(l->pg);
		l->pg = NULL;
		rows_reset(&l->batch.rows);
		l->batch.filled = false;
	}
	return r;
}

enum journals_result database_run(const char *url,
    const struct journals_config *config)
{
	struct database d = {.config = config, .moved = clock_ms(),
	    .mutex = PTHREAD_MUTEX_INITIALIZER,
	    .turned = PTHREAD_COND_INITIALIZER};
	enum journals_result r;
	int wait = AGAIN_FIRST;

	ship_status_init(&d.status, config->status);
	for (;;) {
		int64_t began = clock_ms();
		struct ship_lag lag = {.since = d.moved};

		r = attempt(&d, url);
		if (r != JOURNALS_UNREACHED || !config->follow)
			break;
		ship_status_set(&d.status, &lag);
		wait = clock_ms() - began > AGAIN_MOST ? AGAIN_FIRST : wait;
		if (journals_ending(config, wait)) {
			r = JOURNALS_ENDED;
			break;
		}
		wait = wait < AGAIN_MOST ? 2 * wait : wait;
	}
	ship_status_release(&d.status);
	for (int i = 0; i < LANES; i++) {
		rows_release(&d.lane[i].batch.rows);
		buf_release(&d.lane[i].sql);
		buf_release(&d.lane[i].value);
	}
	rows_maker_release(&d.maker);
	buf_release(&d.why);
	return r;
}
