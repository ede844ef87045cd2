/* SPDX-License-Identifier: ISC */
/* Putting a new file in the place of a segment. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/stamp.h"
#include "io/out.h"
#include "journal/chain.h"
#include "journal/segment.h"
#include "prune/cut.h"

enum { NAME_MAX_HERE = JOURNAL_NAME + 8 };

struct writing {
	const struct measure *m;
	const struct cut *cut;
	struct out out;
	char time[STAMP_LEN];
	uint64_t seq; /* of the last line written */
};

static void name_of(char out[NAME_MAX_HERE], uint64_t first, const char *end)
{
	snprintf(out, NAME_MAX_HERE, "%020" PRIu64 "%s", first, end);
}

static void put_head(struct buf *b, uint64_t from, uint64_t to,
    struct span chain)
{
	buf_addf(b, "%" PRIu64, from);
	if (to != from)
		buf_addf(b, "-%" PRIu64, to);
	buf_addf(b, "\t%.*s\t", SPAN_ARG(chain));
}

/* In place of all that is pruned. */
static void put_range(struct writing *w)
{
	struct buf *b = &w->out.buf;

	buf_addf(b, "%" PRIu64 "-%" PRIu64 "\t%.*s\t# pruned", w->cut->first,
	    w->cut->to, DIGEST_HEX, w->m->chain);
	if (w->m->id.len)
		buf_addf(b, " id=%.*s", SPAN_ARG(buf_span(&w->m->id)));
	buf_addf(b, " version=%d\n", w->m->version);
}

static void put_line(struct writing *w, enum journal_item item,
    const struct journal_line *l)
{
	const struct cut_line *erased = item == JOURNAL_RECORD
	    ? cut_find(w->cut, l->seq)
	    : NULL;
	struct buf *b = &w->out.buf;

	put_head(b, l->from, l->seq, l->chain);
	if (erased)
		buf_addf(b, "# erased sha256=%.*s %.*s by=%s why=%s",
		    DIGEST_HEX, l->digest.p, STAMP_LEN, w->time, erased->by,
		    erased->why);
	else
		buf_addspan(b, l->text);
	buf_addc(b, '\n');
}

/* The lines of j into the new file. False with errno; 0: they are not what
 * was measured. */
static bool copy(struct writing *w, struct journal_reader *j)
{
	bool prunes = w->m->gone < w->cut->to;
	struct journal_line l;
	enum journal_item item;

	if (prunes)
		put_range(w);
	while ((item = journal_next(j, &l)) == JOURNAL_RECORD ||
	    item == JOURNAL_NOTE) {
		if (!prunes || l.seq > w->cut->to)
			put_line(w, item, &l);
		w->seq = l.seq;
		if (!out_spill(&w->out))
			return false;
	}
	if (item == JOURNAL_ERROR)
		return false;
	errno = 0;
	return item == JOURNAL_END && w->seq == w->m->last;
}

static bool write_new(struct writing *w, const char *journal, int dir)
{
	struct journal_reader *j = cut_open(journal, dir, w->cut->first);
	bool ok = j && copy(w, j);
	int saved = errno;

	journal_close(j);
	errno = saved;
	return ok && out_flush(&w->out) && fsync(w->out.fd) == 0;
}

static bool gone(int dir, uint64_t first, const char *end)
{
	char name[NAME_MAX_HERE];

	name_of(name, first, end);
	return unlinkat(dir, name, 0) == 0 || errno == ENOENT;
}

/* What was made of the old lines, or half made by who was killed. Who
 * compresses does so under the lock that is held here, so what is compressed
 * beside a plain file is older than that. */
static bool remove_made(int dir, uint64_t first)
{
	char name[NAME_MAX_HERE];
	bool plain;

	name_of(name, first, ".log");
	plain = faccessat(dir, name, F_OK, 0) == 0;
	if (!plain && errno != ENOENT)
		return false;
	return (!plain || gone(dir, first, ".log.zst")) &&
	    gone(dir, first, ".zst.tmp") && gone(dir, first, ".index.tmp") &&
	    gone(dir, first, ".index") && fsync(dir) == 0;
}

static enum cut_end swap(struct writing *w, const char *journal, int dir)
{
	char new[NAME_MAX_HERE], name[NAME_MAX_HERE];
	uint64_t first = w->cut->first;
	bool ok;
	int saved;

	name_of(new, first, ".tmp");
	name_of(name, first, ".log");
	if (!gone(dir, first, ".tmp"))
		return CUT_FAILED;
	w->out.fd = openat(dir, new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    0600);
	if (w->out.fd < 0)
		return CUT_FAILED;
	ok = write_new(w, journal, dir);
	saved = errno;
	close(w->out.fd);
	/* An index made of the old lines goes before and, if a reader has made
	 * it anew meanwhile, behind. */
	ok = ok && gone(dir, first, ".index") &&
	    renameat(dir, new, dir, name) == 0 && fsync(dir) == 0;
	if (!ok) {
		saved = saved ? saved : errno;
		(void)gone(dir, first, ".tmp");
		errno = saved;
		return saved ? CUT_FAILED : CUT_BROKEN;
	}
	return remove_made(dir, first) ? CUT_FINE : CUT_FAILED;
}

enum cut_end cut_replace(const struct measure *m, const char *journal, int dir,
    const struct cut *c, struct buf *why)
{
	struct writing w = {.m = m, .cut = c};
	enum cut_end end;
	int saved;

	if (m->gone >= c->to && !m->left)
		end = remove_made(dir, c->first) ? CUT_FINE : CUT_FAILED;
	else {
		stamp_write(w.time, stamp_now());
		end = swap(&w, journal, dir);
	}
	saved = errno;
	if (end == CUT_FAILED)
		buf_addf(why, "segment %" PRIu64 " cannot be replaced",
		    c->first);
	if (end == CUT_BROKEN)
		buf_addf(why, "segment %" PRIu64 " has changed", c->first);
	buf_release(&w.out.buf);
	errno = saved;
	return end;
}
