/* SPDX-License-Identifier: ISC */
/* cup-verify: prove a journal whole and unaltered. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/diag.h"
#include "base/mem.h"
#include "journal/expected.h"
#include "journal/index.h"
#include "journal/journal.h"
#include "journal/lock.h"
#include "record/record.h"

struct options {
	struct expected_heads heads;
	bool headed;
	int quiet, indexes;
};

enum finding { WHOLE, BROKEN, UNREADABLE };

/* What is known of a journal while it is read. */
struct proof {
	const char *path;
	struct journal_reader *reader;
	uint64_t records, seq;
	uint64_t synced; /* as its lock said before it was read */
	char chain[DIGEST_HEX];
};

static void take_heads(struct options *o, char *text)
{
	size_t before = o->heads.count;
	long bad = 0;

	o->headed = true;
	if (*text != '@') {
		if (!expected_add(&o->heads, text))
			cli_misuse("option '--head': '%s' is not SEQ:CHAIN",
			    text);
	} else {
		bad = expected_add_file(&o->heads, text + 1);
	}
	if (bad < 0)
		diag_die_errno(EX_IOERR, "cannot read '%s'", text + 1);
	if (bad > 0)
		diag_die(EX_DATAERR, "%s:%ld: is not SEQ:CHAIN", text + 1, bad);
	if (o->heads.count == before)
		diag_die(EX_DATAERR, "'%s' has no head in it", text + 1);
	free(text);
}

/* What the lock of a whole journal says was on disk; it may be late, but is
 * never early. */
static uint64_t read_synced(const char *path)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint64_t seq = dir < 0 ? 0 : lock_read_synced(dir);

	if (dir >= 0)
		close(dir);
	return seq;
}

/* Whether somebody writes the journal at this moment. */
static bool live(const char *path)
{
	struct buf holder = BUF_EMPTY;
	char *copy = mem_strdup(path), *slash = strrchr(copy, '/');
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool held;

	if (dir < 0 && slash)
		*slash = '\0';
	if (dir < 0)
		dir = open(slash ? copy : ".",
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	held = dir >= 0 && lock_held(dir, &holder);
	if (dir >= 0)
		close(dir);
	buf_release(&holder);
	free(copy);
	return held;
}

static enum finding broken(const struct proof *p, const struct journal_line *l,
    const char *why)
{
	if (l->seq)
		diag_warn("journal '%s': %s:%" PRIu64 ": record %" PRIu64
			  " %s",
		    p->path, l->segment, l->line, l->seq, why);
	else
		diag_warn("journal '%s': %s:%" PRIu64 ": line %s", p->path,
		    l->segment, l->line, why);
	return BROKEN;
}

static enum finding take(struct proof *p, struct expected_heads *heads,
    enum journal_item item, const struct journal_line *l)
{
	struct record r;
	const char *why;
	int saved = errno;

	switch (item) {
	case JOURNAL_BROKEN:
		return broken(p, l, journal_why(p->reader));
	case JOURNAL_ERROR:
		errno = saved;
		diag_warn_errno("journal '%s': cannot read '%s'", p->path,
		    journal_why(p->reader));
		return UNREADABLE;
	case JOURNAL_RECORD:
		why = record_parse(&r, l->text.p, l->text.n);
		if (why)
			return broken(p, l, why);
		p->records++;
		break;
	case JOURNAL_NOTE:
	case JOURNAL_END:
		break;
	}
	if (!expected_fit(heads, l))
		return broken(p, l, "is not the one the head was taken of");
	p->seq = l->seq;
	memcpy(p->chain, l->chain.p, DIGEST_HEX);
	return WHOLE;
}

/* Lines that have gone without a word. */
static enum finding gone(const struct proof *p, const struct gap *gap)
{
	if (!gap->pruned)
		diag_warn("journal '%s': record %" PRIu64 " is erased, and no "
			  "later note says so",
		    p->path, gap->from);
	else
		diag_warn("journal '%s': records %" PRIu64 " to %" PRIu64
			  " are pruned, and no later note says so",
		    p->path, gap->from, gap->to);
	return BROKEN;
}

static enum finding ended(
    const struct proof *p, const struct expected_heads *heads, bool torn)
{
	const struct head *beyond = expected_beyond(heads, p->seq);
	const struct gap *gap = journal_gap(p->reader);

	if (gap)
		return gone(p, gap);
	if (beyond) {
		diag_warn("journal '%s': is cut off after %" PRIu64
			  ": there was a record %" PRIu64,
		    p->path, p->seq, beyond->seq);
		return BROKEN;
	}
	if (p->seq < p->synced) {
		diag_warn("journal '%s': is cut off after %" PRIu64
			  ": its lock says that %" PRIu64 " was on disk",
		    p->path, p->seq, p->synced);
		return BROKEN;
	}
	if (torn) {
		diag_warn("journal '%s': the line after record %" PRIu64
			  " is torn, as by a crash; cup-log puts that right",
		    p->path, p->seq);
		return BROKEN;
	}
	return WHOLE;
}

static enum finding check(struct proof *p, struct expected_heads *heads)
{
	enum finding found = WHOLE;
	struct journal_line l;
	enum journal_item item;
	bool torn = false;

	expected_begin(heads);
	for (;;) {
		item = journal_next(p->reader, &l);
		if (item != JOURNAL_END) {
			found = take(p, heads, item, &l);
			if (found != WHOLE)
				return found;
			torn = false;
			continue;
		}
		/* Its writer may have finished the line, and itself. */
		if (!journal_torn(p->reader) || torn || live(p->path))
			break;
		torn = true;
	}
	return ended(p, heads, torn && journal_torn(p->reader));
}

static enum finding verify(const char *path, struct options *o)
{
	struct proof p = {.path = path};
	enum finding found;
	const char *why;

	p.synced = read_synced(path);
	p.reader = journal_open(path, true, &why);
	if (!p.reader) {
		diag_warn_errno("journal '%s' %s", path, why);
		return UNREADABLE;
	}
	found = check(&p, &o->heads);
	if (found == WHOLE && !o->quiet) {
		printf("%s: %" PRIu64 " records, ", path, p.records);
		if (p.seq)
			printf("head %" PRIu64 ":%.*s, ", p.seq, DIGEST_HEX,
			    p.chain);
		puts("whole");
	}
	journal_close(p.reader);
	return found;
}

/* The indexes of its closed segments leave nothing out. */
static enum finding check_indexes(const char *path)
{
	char name[INDEX_NAME];

	switch (index_check_all(path, name)) {
	case INDEX_WRONG:
		diag_warn("journal '%s': %s is not what its segment has: "
			  "remove it, cup-log makes it anew", path, name);
		return BROKEN;
	case INDEX_ERROR:
		diag_warn_errno("journal '%s': cannot check '%s'", path, name);
		return UNREADABLE;
	default:
		return WHOLE;
	}
}

static poptContext parse(struct options *o, int argc, const char **argv)
{
	const struct poptOption table[] = {
	    {"head", '\0', POPT_ARG_STRING, NULL, 'H',
		"It must have this head; @FILE: each head in the file",
		"SEQ:CHAIN"},
	    {"indexes", '\0', POPT_ARG_NONE, &o->indexes, 0,
		"Check the indexes of its segments, too", NULL},
	    {"quiet", 'q', POPT_ARG_NONE, &o->quiet, 0,
		"Say nothing of journals that are whole", NULL},
	    CLI_TABLE};
	poptContext ctx = cli_open(argc, argv, table, "JOURNAL...", false);
	int option;

	while ((option = cli_next(ctx)) >= 0) {
		if (option == 'H')
			take_heads(o, cli_argument(ctx));
	}
	if (!poptPeekArg(ctx))
		cli_misuse("no journal given");
	return ctx;
}

int main(int argc, const char **argv)
{
	struct options o = {.quiet = 0};
	poptContext ctx = parse(&o, argc, argv);
	bool bad = false, unread = false;
	const char *path = poptGetArg(ctx);

	if (o.headed && poptPeekArg(ctx))
		cli_misuse("option '--head': heads are of one journal");
	for (; path; path = poptGetArg(ctx)) {
		enum finding found = verify(path, &o);

		if (found == WHOLE && o.indexes)
			found = check_indexes(path);
		bad |= found == BROKEN;
		unread |= found == UNREADABLE;
	}
	poptFreeContext(ctx);
	expected_release(&o.heads);
	cli_close_stdout();
	return unread ? EX_IOERR : bad ? 1 : EX_OK;
}
