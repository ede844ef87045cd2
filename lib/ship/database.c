/* SPDX-License-Identifier: ISC */
/* Journals into a PostgreSQL database. One thread makes the rows of a batch
 * while another has the database take those of the one before. */
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
	BATCH_LINES = 20000,
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

struct database {
	const struct journals_config *config;
	struct postgres *pg;
	struct journals_one *journal;
	struct rows_maker maker;
	struct batch batch[2];
	int fill;
	pthread_t thread;
	bool busy;	/* a thread has the other batch */
	bool committed; /* and what became of it */
	struct buf sql, value;
	struct ship_status status;
	int64_t moved;
};

/* ---- one batch, in the thread */

/* False: somebody else has moved it, or the database failed. */
static bool claim(struct database *d, const struct batch *b)
{
	bool there;
	uint64_t seq = 0;

	buf_reset(&d->sql);
	buf_addf(&d->sql,
	    "BEGIN; SELECT seq FROM cup.journals WHERE journal = '%s' "
	    "FOR UPDATE",
	    b->from->id);
	if (!postgres_ask(d->pg, buf_str(&d->sql), &d->value, &there))
		return false;
	if (there)
		seq = strtoull(d->value.data, NULL, 10);
	if (there && seq == b->after)
		return true;
	d->config->say("journal '%s': another cup-ship brings it there, too",
	    b->from->path);
	return false;
}

/* Those who need a new month at once make it one after the other. */
static bool partition(struct database *d, const struct batch *b)
{
	bool there;

	for (size_t i = 0; i < b->rows.months; i++) {
		int m = b->rows.month[i];

		buf_reset(&d->sql);
		buf_addf(&d->sql,
		    "SELECT to_regclass('cup.files_%04d_%02d')", m / 12,
		    m % 12 + 1);
		if (!postgres_ask(d->pg, buf_str(&d->sql), &d->value, &there))
			return false;
		if (there)
			continue;
		buf_reset(&d->sql);
		buf_adds(&d->sql, "SELECT pg_advisory_xact_lock("
				  "hashtext('cup.partitions'));");
		tables_partitions(&d->sql, m);
		if (!postgres_do(d->pg, buf_str(&d->sql)))
			return false;
	}
	return true;
}

static bool move(struct database *d, struct batch *b)
{
	buf_reset(&d->sql);
	buf_addspan(&d->sql, buf_span(&b->rows.after));
	buf_addf(&d->sql,
	    "UPDATE cup.journals SET seq = %" PRIu64 ", chain = '%.*s', "
	    "shipped = now() WHERE journal = '%s';"
	    "INSERT INTO cup.heads VALUES ('%s', %" PRIu64 ", '%.*s', now()) "
	    "ON CONFLICT DO NOTHING;"
	    "COMMIT",
	    b->seq, DIGEST_HEX, b->chain, b->from->id, b->from->id, b->seq,
	    DIGEST_HEX, b->chain);
	return postgres_do(d->pg, buf_str(&d->sql));
}

static bool commit(struct database *d, struct batch *b)
{
	if (!claim(d, b) || !partition(d, b))
		return false;
	for (int i = 0; i < ROWS_TABLES; i++) {
		struct span rows = buf_span(&b->rows.table[i]);

		if (rows.n && !postgres_copy(d->pg, rows_table[i], rows))
			return false;
	}
	return move(d, b);
}

static void *run_commit(void *arg)
{
	struct database *d = arg;

	d->committed = commit(d, &d->batch[!d->fill]);
	return NULL;
}

/* ---- handing over */

static bool join(struct database *d)
{
	struct batch *b = &d->batch[!d->fill];

	if (!d->busy)
		return true;
	pthread_join(d->thread, NULL);
	d->busy = false;
	rows_reset(&b->rows);
	b->filled = false;
	if (d->committed)
		d->moved = clock_ms();
	return d->committed;
}

static void show(struct database *d, uint64_t lines)
{
	struct ship_lag lag = {.up = true, .records = lines,
	    .since = lines ? d->moved : 0};

	ship_status_set(&d->status, &lag);
}

static bool hand_over(struct database *d)
{
	sigset_t all, before;

	if (!join(d))
		return false;
	if (!d->batch[d->fill].filled)
		return true;
	show(d, d->batch[d->fill].rows.records);
	d->fill = !d->fill;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&d->thread, NULL, run_commit, d) != 0)
		mem_exhausted();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	d->busy = true;
	return true;
}

/* ---- lines */

/* Where the journal goes on, as the database has it. */
static bool begin(struct database *d, struct journals_one *one)
{
	bool there;

	buf_reset(&d->sql);
	buf_addf(&d->sql, "INSERT INTO cup.journals VALUES ('%s', ", one->id);
	postgres_literal(d->pg, &d->sql, span_of(one->path));
	buf_adds(&d->sql, ", 0, NULL, now()) ON CONFLICT DO NOTHING;");
	buf_addf(&d->sql,
	    "SELECT seq FROM cup.journals WHERE journal = '%s'", one->id);
	if (!postgres_ask(d->pg, buf_str(&d->sql), &d->value, &there))
		return false;
	one->seq = there ? strtoull(d->value.data, NULL, 10) : 0;
	return true;
}

static void add(struct database *d, struct journals_one *one,
    const struct journal_line *line, enum journal_item item)
{
	struct batch *b = &d->batch[d->fill];
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
		/* The thread has the connection. */
		if (!join(d) || !begin(d, one))
			return STEP_FAILED;
	}
	if (line.seq > one->seq && line.chain.n == DIGEST_HEX)
		add(d, one, &line, item);
	return STEP_MORE;
}

static bool batch_full(const struct database *d)
{
	const struct batch *b = &d->batch[d->fill];

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
			return postgres_hopeless(d->pg) ? JOURNALS_REFUSED
							: JOURNALS_UNREACHED;
		if (!more)
			show(d, 0);
		if (!more && !d->config->follow)
			return JOURNALS_DONE;
		if (journals_ending(d->config, more ? 0 : JOURNALS_LOOK))
			return join(d) ? JOURNALS_ENDED : JOURNALS_UNREACHED;
	}
}

static enum journals_result connected(struct database *d)
{
	const struct journals_config *c = d->config;
	enum journals_result r = JOURNALS_BROKEN;
	size_t n = 0;

	d->journal = mem_zalloc(c->count * sizeof(*d->journal));
	while (n < c->count && journals_open(&d->journal[n], c, c->path[n]))
		n++;
	if (n == c->count)
		r = turn(d);
	if (d->busy)
		(void)join(d);
	if ((r == JOURNALS_REFUSED || r == JOURNALS_UNREACHED) &&
	    *postgres_why(d->pg))
		c->say("database: %s", postgres_why(d->pg));
	for (size_t i = 0; i < n; i++)
		journals_close(&d->journal[i]);
	free(d->journal);
	for (int i = 0; i < 2; i++) {
		rows_reset(&d->batch[i].rows);
		d->batch[i].filled = false;
	}
	return r;
}

static enum journals_result attempt(struct database *d, const char *url)
{
	struct buf why = BUF_EMPTY;
	enum journals_result r = JOURNALS_UNREACHED;

	d->pg = postgres_new(url, &why);
	if (d->pg)
		r = connected(d);
	else
		d->config->say("database: %s", buf_str(&why));
	postgres_free(d->pg);
	buf_release(&why);
	return r;
}

enum journals_result database_run(const char *url,
    const struct journals_config *config)
{
	struct database d = {.config = config, .moved = clock_ms()};
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
	for (int i = 0; i < 2; i++)
		rows_release(&d.batch[i].rows);
	rows_maker_release(&d.maker);
	buf_release(&d.sql);
	buf_release(&d.value);
	return r;
}
