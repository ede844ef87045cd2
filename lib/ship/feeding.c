/* SPDX-License-Identifier: ISC */
/* Journals into a stream of JetStream. */
#include "ship/feeding.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "journal/segment.h"
#include "ship/places.h"
#include "ship/sender.h"

enum {
	ROUND = 1024 * 1024, /* bytes of one journal before the next one's turn */
	AGAIN = 500,	    /* milliseconds until the stream is asked again */
	PATIENCE = 10000,   /* until one that is not followed gives up */
	LOOK_EVERY = 4096,  /* lines, whether it shall end */
};

struct fed {
	struct journals_one one; /* seq: up to which it was taken */
	bool found;		 /* where it goes on */
	uint64_t there;		 /* up to which the stream has it */
};

struct feeding {
	const struct jetstream_config *target;
	const struct journals_config *config;
	struct jetstream *stream;
	struct sender sender;
	struct fed *journal;
	struct ship_status status;
	unsigned steps;
	bool started; /* the stream was there */
	bool ended;   /* by what ending says */
	bool broken;  /* a journal is: nothing more is taken */
	bool refused; /* a record was too large */
	bool taken;   /* another brings one of the journals there, too */
};

/* ---- the stream */

/* While it is asked in vain nothing else can be done. False: the end came. */
static bool again(struct feeding *f, struct buf *why)
{
	struct ship_lag lag = {.up = false};

	if (!f->sender.said)
		f->config->say("stream '%s' cannot be read: %s",
		    f->target->stream, buf_str(why));
	f->sender.said = true;
	buf_reset(why);
	ship_status_set(&f->status, &lag);
	f->ended = journals_ending(f->config, AGAIN);
	return !f->ended;
}

static void on_stored(void *arg, const struct parcel *p)
{
	struct feeding *f = arg;

	f->journal[p->source].there = p->seq;
}

static void on_refused(void *arg, const struct parcel *p, const char *text)
{
	struct feeding *f = arg;

	f->config->say("journal '%s': record %.*s %s; it is left out",
	    f->journal[p->source].one.path, UUID_LEN, p->body.data, text);
	f->refused = true;
}

static void on_say(void *arg, const char *text)
{
	struct feeding *f = arg;

	f->config->say("%s", text);
}

/* What others put there must not be of one of ours: it would be there twice. */
static void on_grown(void *arg, uint64_t from, uint64_t to, uint64_t own)
{
	struct feeding *f = arg;
	struct buf why = BUF_EMPTY;

	for (size_t i = 0; i < f->config->count && !f->taken; i++) {
		struct fed *fed = &f->journal[i];
		uint64_t seq = 0;

		if (!fed->found)
			continue;
		while (!places_scan(f->stream, from, to, own, fed->one.id, &seq,
			   &why)) {
			if (!again(f, &why))
				break;
		}
		f->taken = seq > fed->there;
	}
	buf_release(&why);
}

static const struct sender_owner owner = {on_stored, on_refused, on_say,
    on_grown};

/* ---- lines */

static bool same_twice(struct feeding *f, const struct fed *fed)
{
	for (size_t i = 0; i < f->config->count; i++) {
		const struct journals_one *other = &f->journal[i].one;

		if (other == &fed->one || strcmp(other->id, fed->one.id) != 0)
			continue;
		f->config->say("journal '%s': is the same as '%s'",
		    fed->one.path, other->path);
		return true;
	}
	return false;
}

/* Go to the segment that has the first line which is not there; a journal that
 * is one file, or that changes meanwhile, is read from where it is. */
static void skip(struct fed *fed)
{
	struct segment_list list = {.count = 0};
	int dir = open(fed->one.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t i = 0;

	if (dir < 0)
		return;
	if (segment_list_read(&list, dir) && list.count) {
		while (i + 1 < list.count && list.first[i + 1] <= fed->there)
			i++;
		if (i)
			(void)journal_seek(fed->one.reader, list.first[i], 0, 0);
	}
	segment_list_release(&list);
	close(dir);
}

/* Learn where it goes on. */
static bool begin(struct feeding *f, struct fed *fed)
{
	struct buf why = BUF_EMPTY;

	if (!journals_know(&fed->one, f->config) || same_twice(f, fed)) {
		f->broken = true;
		return false;
	}
	while (!places_find(f->stream, fed->one.id, &fed->there, &why)) {
		if (!again(f, &why))
			break;
	}
	fed->found = true;
	fed->one.seq = fed->there;
	buf_release(&why);
	return !f->ended;
}

static void add(struct feeding *f, struct fed *fed,
    const struct journal_line *line)
{
	struct record r;
	struct parcel *p;

	fed->one.seq = line->seq;
	if (record_parse(&r, line->text.p, line->text.n)) {
		f->config->say("journal '%s': SEQ %" PRIu64 " is no record",
		    fed->one.path, line->seq);
		return;
	}
	p = parcels_record(&f->sender.window, f->target->stream, &r,
	    line->text, (unsigned)(fed - f->journal));
	p->seq = line->seq;
	places_write(p->place, fed->one.id, line->seq);
}

/* The next line of one of them. False: there is none, or it is over. */
static bool step(struct feeding *f, struct fed *fed)
{
	struct journal_line line;
	enum journal_item item = journal_next(fed->one.reader, &line);

	if (item == JOURNAL_END)
		return false;
	if (item == JOURNAL_ERROR || item == JOURNAL_BROKEN) {
		f->config->say("journal '%s': %s", fed->one.path,
		    journal_why(fed->one.reader));
		f->broken = true;
		return false;
	}
	if (!fed->found) {
		if (!begin(f, fed))
			return false;
		if (line.seq < fed->there) {
			skip(fed);
			return true;
		}
	}
	if (item == JOURNAL_RECORD && line.seq > fed->one.seq)
		add(f, fed, &line);
	if (++f->steps % LOOK_EVERY == 0)
		f->ended = journals_ending(f->config, 0);
	return !f->ended;
}

/* As much as there is room for, in turn. False: there is no more now. */
static bool fill(struct feeding *f)
{
	struct parcels *w = &f->sender.window;
	bool more = true;

	while (more && !f->broken && !f->ended && !parcels_full(w)) {
		more = false;
		for (size_t i = 0; i < f->config->count; i++) {
			size_t most = w->bytes + ROUND;
			bool there = true;

			while (there && w->bytes < most)
				there = step(f, &f->journal[i]);
			more = more || there;
		}
	}
	return more;
}

/* ---- */

static void show(struct feeding *f)
{
	const struct sender *s = &f->sender;
	struct ship_lag lag = {.up = s->state == SENDER_READY && !s->said,
	    .records = s->window.records,
	    .since = s->window.first ? s->window.first->at : 0};

	ship_status_set(&f->status, &lag);
}

static void await(struct feeding *f, bool more)
{
	struct pollfd p[] = {{f->config->ending, POLLIN, 0},
	    {jetstream_alarm(f->stream), POLLIN, 0}};
	int due = sender_due(&f->sender), n;

	/* Journals grow, and patience ends, without a word. */
	if ((!more || f->sender.down) && (due < 0 || due > JOURNALS_LOOK))
		due = JOURNALS_LOOK;
	n = poll(p, 2, ship_status_due(&f->status, due));
	f->ended = f->ended || (n > 0 && p[0].revents);
	if (n > 0 && p[1].revents)
		sender_news(&f->sender);
	sender_tick(&f->sender);
}

static bool given_up(const struct feeding *f)
{
	const struct sender *s = &f->sender;

	return !f->config->follow && s->down &&
	    clock_ms() - s->down > PATIENCE;
}

/* What came of it, where that is known by now. */
static bool is_over(struct feeding *f, bool more, enum journals_result *result)
{
	bool done = f->started && !f->sender.window.first;

	*result = f->broken || f->refused ? JOURNALS_BROKEN : JOURNALS_DONE;
	if (f->broken || (!more && !f->config->follow))
		return done;
	return false;
}

static enum journals_result turn(struct feeding *f)
{
	enum journals_result result;
	bool more = true;

	for (;;) {
		f->started = f->started || f->sender.state == SENDER_READY;
		if (f->started)
			more = fill(f);
		sender_pump(&f->sender);
		show(f);
		if (f->taken)
			f->config->say("stream '%s': another cup-ship brings a "
				       "journal there, too",
			    f->target->stream);
		if (f->taken || given_up(f))
			return JOURNALS_UNREACHED;
		if (f->sender.state == SENDER_UNFIT)
			return JOURNALS_REFUSED;
		if (is_over(f, more, &result))
			return result;
		if (f->ended)
			return JOURNALS_ENDED;
		await(f, more);
	}
}

static enum journals_result over_journals(struct feeding *f)
{
	const struct journals_config *c = f->config;
	enum journals_result r = JOURNALS_BROKEN;
	size_t n = 0;

	f->journal = mem_zalloc(c->count * sizeof(*f->journal));
	while (n < c->count && journals_open(&f->journal[n].one, c, c->path[n]))
		n++;
	if (n == c->count)
		r = turn(f);
	for (size_t i = 0; i < n; i++)
		journals_close(&f->journal[i].one);
	return r;
}

enum journals_result feeding_run(const struct jetstream_config *target,
    const struct journals_config *config)
{
	struct feeding f = {.target = target, .config = config};
	struct buf why = BUF_EMPTY;
	enum journals_result r = JOURNALS_REFUSED;

	f.stream = jetstream_new(target, &why);
	if (f.stream) {
		sender_init(&f.sender, f.stream, target->stream, &owner, &f);
		ship_status_init(&f.status, config->status);
		r = over_journals(&f);
		ship_status_release(&f.status);
	} else {
		config->say("servers '%s': %s", target->urls, buf_str(&why));
	}
	jetstream_free(f.stream);
	sender_release(&f.sender);
	free(f.journal);
	buf_release(&why);
	return r;
}
