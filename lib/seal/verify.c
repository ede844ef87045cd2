/* SPDX-License-Identifier: ISC */
/* Proving a journal whole. */
#include "seal/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "journal/chain.h"
#include "journal/check.h"
#include "journal/journal.h"
#include "journal/lock.h"
#include "journal/segment.h"
#include "journal/tree-compare.h"
#include "journal/tree.h"
#include "record/record.h"
#include "seal/line-queue.h"

struct proof {
	const char *path;
	struct journal_reader *reader;
	struct expected_heads *heads;
	struct seals *seals;
	struct verified *found;
	struct tree_compare *tree;
	struct buf *why;
	enum finding taken; /* of the lines so far */
	uint64_t synced; /* as its lock said before it was read */
};

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

static enum finding broken(struct proof *p, const struct journal_line *l,
    const char *why)
{
	if (l->seq)
		buf_addf(p->why, "journal '%s': %s:%" PRIu64 ": record %" PRIu64
				 " %s",
		    p->path, l->segment, l->line, l->seq, why);
	else
		buf_addf(p->why, "journal '%s': %s:%" PRIu64 ": line %s",
		    p->path, l->segment, l->line, why);
	return BROKEN;
}

static enum finding unsealed(struct proof *p, const struct seal *s)
{
	buf_addf(p->why, "journal '%s': its lines up to %" PRIu64
			 " are not those that checkpoint '%s' seals",
	    p->path, s->size, s->name);
	return BROKEN;
}

/* What can be said of a line alone. */
static void look(struct digest *d, enum journal_item item,
    const struct journal_line *l, struct looked *found)
{
	char digest[DIGEST_HEX];
	struct record r;

	found->why = check_hashes(d, l, digest);
	found->pruned = item == JOURNAL_NOTE && journal_pruned(l->text);
	if (!found->why && item == JOURNAL_RECORD)
		found->why = record_parse(&r, l->text.p, l->text.n);
	if (!found->why && !found->pruned)
		tree_leaf(l->seq, digest, found->leaf);
}

static enum finding take(struct proof *p, enum journal_item item,
    const struct journal_line *l, const struct looked *at)
{
	const unsigned char *leaf = at->pruned ? NULL : at->leaf;
	const struct seal *seal;
	struct span digest;

	if (at->why)
		return broken(p, l, at->why);
	if (item == JOURNAL_RECORD) {
		p->found->records++;
	} else if (at->pruned) {
		p->found->pruned += l->seq - l->from + 1;
	} else if (journal_erased(l->text, &digest)) {
		p->found->erased++;
	}
	if (!expected_fit(p->heads, l))
		return broken(p, l, "is not the one the head was taken of");
	seal = seals_take(p->seals, l, leaf);
	if (seal)
		return unsealed(p, seal);
	tree_compare_line(p->tree, l, leaf);
	p->found->seq = l->seq;
	memcpy(p->found->chain, l->chain.p, DIGEST_HEX);
	return WHOLE;
}

/* In another thread, in order. */
static bool take_next(void *arg, enum journal_item item,
    const struct journal_line *l, const struct looked *found)
{
	struct proof *p = arg;

	p->taken = take(p, item, l, found);
	return p->taken == WHOLE;
}

/* Reading stopped at this. */
static enum finding stopped(struct proof *p, enum journal_item item,
    const struct journal_line *l, int error)
{
	if (item == JOURNAL_BROKEN)
		return broken(p, l, journal_why(p->reader));
	buf_addf(p->why, "journal '%s': cannot read '%s': %s", p->path,
	    journal_why(p->reader), strerror(error));
	return UNREADABLE;
}

/* Lines that have gone without a word. */
static enum finding gone(struct proof *p, const struct gap *gap)
{
	if (!gap->pruned)
		buf_addf(p->why, "journal '%s': record %" PRIu64 " is erased, "
				 "and no later note says so",
		    p->path, gap->from);
	else
		buf_addf(p->why, "journal '%s': records %" PRIu64 " to %" PRIu64
				 " are pruned, and no later note says so",
		    p->path, gap->from, gap->to);
	return BROKEN;
}

static enum finding cut(struct proof *p, const char *who, const char *says,
    uint64_t seq)
{
	buf_addf(p->why, "journal '%s': is cut off after %" PRIu64 ": %s"
			 "%s %" PRIu64,
	    p->path, p->found->seq, who, says, seq);
	return BROKEN;
}

static enum finding unmet(struct proof *p, const struct seal *s)
{
	if (!span_same(buf_span(&s->journal), journal_id(p->reader))) {
		buf_addf(p->why, "journal '%s': checkpoint '%s' is of another "
				 "journal",
		    p->path, s->name);
		return BROKEN;
	}
	if (!s->gone)
		return cut(p, s->name, " seals", s->size);
	buf_addf(p->why, "journal '%s': checkpoint '%s' cannot be checked: the "
			 "lines it ends with are pruned, and no later one "
			 "that is given proves it",
	    p->path, s->name);
	return BROKEN;
}

static enum finding ended(struct proof *p, bool torn)
{
	const struct head *beyond = expected_beyond(p->heads, p->found->seq);
	const struct gap *gap = journal_gap(p->reader);
	const struct seal *seal;

	if (gap)
		return gone(p, gap);
	if (tree_compare_wrong(p->tree)) {
		buf_addf(p->why, "journal '%s': '%s' is not of its lines: the "
				 "tree was changed",
		    p->path, tree_compare_wrong(p->tree));
		return BROKEN;
	}
	if (beyond)
		return cut(p, "", "there was a record", beyond->seq);
	seals_end(p->seals, p->path);
	seal = seals_unmet(p->seals, journal_id(p->reader));
	if (seal)
		return unmet(p, seal);
	if (p->found->seq < p->synced) {
		buf_addf(p->why, "journal '%s': is cut off after %" PRIu64
				 ": its lock says that %" PRIu64
				 " was on disk",
		    p->path, p->found->seq, p->synced);
		return BROKEN;
	}
	if (torn) {
		buf_addf(p->why, "journal '%s': the line after record %" PRIu64
				 " is torn, as by a crash; cup-log puts that "
				 "right",
		    p->path, p->found->seq);
		return BROKEN;
	}
	return WHOLE;
}

/* Read all lines, until something is wrong. */
static enum journal_item read_lines(struct proof *p, struct line_queue *q,
    struct journal_line *l, bool *torn)
{
	*torn = false;
	for (;;) {
		enum journal_item item = journal_next(p->reader, l);

		if (item == JOURNAL_BROKEN || item == JOURNAL_ERROR)
			return item;
		if (item != JOURNAL_END) {
			*torn = false;
			if (!line_queue_add(q, item, l))
				return JOURNAL_END;
			continue;
		}
		/* Its writer may have finished the line, and itself. */
		if (!journal_torn(p->reader) || *torn || live(p->path))
			return JOURNAL_END;
		*torn = true;
	}
}

/* What is wrong first is told, whoever finds it. */
static enum finding check(struct proof *p)
{
	struct line_queue *q;
	struct journal_line l;
	enum journal_item item;
	bool torn;
	int error;

	expected_begin(p->heads);
	seals_begin(p->seals, p->path);
	q = line_queue_new(look, take_next, p);
	item = read_lines(p, q, &l, &torn);
	error = errno;
	if (!line_queue_end(q))
		return p->taken;
	if (item != JOURNAL_END)
		return stopped(p, item, &l, error);
	return ended(p, torn && journal_torn(p->reader));
}

enum finding verify_journal(const char *path, struct expected_heads *heads,
    struct seals *seals, struct verified *found, struct buf *why)
{
	struct proof p = {.path = path, .heads = heads, .seals = seals,
	    .found = found, .why = why};
	enum finding finding;
	const char *reason;

	buf_reset(why);
	*found = (struct verified){.records = 0};
	p.synced = read_synced(path);
	p.reader = journal_open(path, true, &reason);
	if (!p.reader) {
		buf_addf(why, "journal '%s' %s: %s", path, reason,
		    strerror(errno));
		return UNREADABLE;
	}
	journal_defer(p.reader);
	p.tree = tree_compare_new(path);
	finding = check(&p);
	tree_compare_free(p.tree);
	journal_close(p.reader);
	return finding;
}
