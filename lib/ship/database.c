/* SPDX-License-Identifier: ISC */
/* Journals into a PostgreSQL database: rows are made here, and brought there
 * by lanes.h. */
#include "ship/database.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ship/lanes.h"

enum {
	BATCH_BYTES = 16 * 1024 * 1024,
	BATCH_LINES = 16000,
	AGAIN_FIRST = 500, /* milliseconds until it is tried again */
	AGAIN_MOST = 8000,
};

struct database {
	const struct journals_config *config;
	struct journals_one *journal;
	struct rows_maker maker;
	struct lanes *lanes;
	struct ship_status status;
	int64_t moved; /* before these lanes were */
};

/* What is not there yet: lines that are under way, and that journals have
 * beyond them. */
static void show(struct database *d, uint64_t lines)
{
	struct ship_lag lag = {.up = true, .records = lines};

	if (!d->config->status)
		return;
	for (size_t i = 0; lines && i < d->config->count; i++)
		lag.records += journals_behind(&d->journal[i]);
	lag.since = lines ? lanes_moved(d->lanes) : 0;
	ship_status_set(&d->status, &lag);
}

/* ---- lines */

static void add(struct database *d, struct journals_one *one,
    const struct journal_line *line, enum journal_item item)
{
	struct batch *b = lanes_batch(d->lanes);
	struct record r;

	if (!b->filled) {
		b->filled = true;
		b->after = one->seq;
		memcpy(b->rows.journal, one->id, sizeof(one->id));
	}
	if (item == JOURNAL_NOTE)
		rows_note(&b->rows, line->text);
	else if (!record_parse(&r, line->text.p, line->text.n))
		rows_add(&b->rows, &d->maker, line->seq, &r);
	else
		d->config->say("journal '%s': SEQ %" PRIu64 " is no record",
		    one->path, line->seq);
	b->seq = one->seq = line->seq;
	memcpy(b->chain, line->chain.p, DIGEST_HEX);
	memcpy(one->chain, line->chain.p, DIGEST_HEX);
}

enum step { STEP_MORE, STEP_END, STEP_BROKEN, STEP_FAILED };

/* Its first line is read: go on where the database has it. *forget: that line
 * is not the next one. */
static enum step begin(struct database *d, struct journals_one *one,
    bool *forget)
{
	if (!journals_know(one, d->config))
		return STEP_BROKEN;
	if (!lanes_join(d->lanes) ||
	    !lanes_begin(d->lanes, one, &one->seq, one->chain))
		return STEP_FAILED;
	return journals_resume(one, d->config, forget) ? STEP_MORE
						       : STEP_BROKEN;
}

/* The next line of one of them. */
static enum step step(struct database *d, struct journals_one *one)
{
	struct journal_line line;
	enum journal_item item = journal_next(one->reader, &line);
	bool forget = false;
	enum step s;

	if (item == JOURNAL_END)
		return journals_whole(one, d->config) ? STEP_END : STEP_BROKEN;
	if (item == JOURNAL_ERROR || item == JOURNAL_BROKEN) {
		d->config->say("journal '%s': %s", one->path,
		    journal_why(one->reader));
		return STEP_BROKEN;
	}
	s = one->id[0] ? STEP_MORE : begin(d, one, &forget);
	if (s != STEP_MORE || forget || line.chain.n != DIGEST_HEX)
		return s;
	switch (journals_line(one, d->config, &line)) {
	case JOURNALS_OTHER:
		return STEP_BROKEN;
	case JOURNALS_NEW:
		add(d, one, &line, item);
		break;
	case JOURNALS_OLD:
		break;
	}
	return STEP_MORE;
}

static bool batch_full(const struct database *d)
{
	const struct batch *b = lanes_batch(d->lanes);

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
	if (lanes_batch(d->lanes)->filled)
		show(d, lanes_batch(d->lanes)->rows.records);
	if (s == STEP_FAILED || !lanes_hand_over(d->lanes))
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

static enum journals_result joined(struct database *d,
    enum journals_result otherwise)
{
	return lanes_join(d->lanes) ? otherwise : JOURNALS_UNREACHED;
}

static enum journals_result turn(struct database *d)
{
	enum step s;
	bool more = true;

	for (;;) {
		s = round_of(d, &more);
		if (!more && s == STEP_MORE && !lanes_join(d->lanes))
			s = STEP_FAILED;
		if (s == STEP_BROKEN)
			return joined(d, JOURNALS_BROKEN);
		if (s == STEP_FAILED)
			return JOURNALS_UNREACHED;
		if (!more)
			show(d, 0);
		if (!more && !d->config->follow)
			return JOURNALS_DONE;
		if (journals_ending(d->config, more ? 0 : JOURNALS_LOOK))
			return joined(d, JOURNALS_ENDED);
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
	(void)lanes_join(d->lanes);
	for (size_t i = 0; i < n; i++)
		journals_close(&d->journal[i]);
	free(d->journal);
	return r;
}

static enum journals_result attempt(struct database *d, const char *url)
{
	enum journals_result r = JOURNALS_UNREACHED;
	struct buf why = BUF_EMPTY;
	bool hopeless = false;

	d->lanes = lanes_new(url, &why);
	if (d->lanes) {
		d->maker.unread = lanes_unread(d->lanes);
		r = over_journals(d);
		d->moved = lanes_moved(d->lanes);
		buf_adds(&why, lanes_why(d->lanes, &hopeless));
		lanes_free(d->lanes);
	}
	if (r == JOURNALS_UNREACHED)
		d->config->say("database: %s", buf_str(&why));
	if (r == JOURNALS_UNREACHED && hopeless)
		r = JOURNALS_REFUSED;
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
	rows_maker_release(&d.maker);
	return r;
}
