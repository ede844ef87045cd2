/* SPDX-License-Identifier: ISC */
/* Carrying a plan out. */
#include "prune/prune.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/quantity.h"
#include "base/trusted.h"
#include "journal/index.h"
#include "journal/lock.h"
#include "journal/notes.h"
#include "journal/pack.h"
#include "journal/segment.h"
#include "journal/tree.h"
#include "prune/cut.h"
#include "prune/notes.h"
#include "prune/torn.h"

enum { MARK_MAX = 64 };

static enum prune_end failed(struct prune *p, const char *what)
{
	buf_adds(&p->why, what);
	return PRUNE_FAILED;
}

/* "from=SEQ LF"; what is not so is no hint: all is looked at. */
static enum prune_end read_mark(struct prune *p)
{
	char text[MARK_MAX];
	ssize_t n = pread(p->mark, text, sizeof(text), 0);
	struct span digits;

	if (n < 0)
		return failed(p, "cannot read 'pruning'");
	digits = (struct span){text + 5, n > 6 ? (size_t)n - 6 : 0};
	if (n == 0)
		p->from = 0;
	else if (n < 7 || memcmp(text, "from=", 5) != 0 ||
	    text[n - 1] != '\n' || !quantity_digits(digits, &p->from) ||
	    !p->from)
		p->from = 1;
	return PRUNE_FINE;
}

/* In its place before any note is made. */
static enum prune_end write_mark(struct prune *p, uint64_t from)
{
	char text[MARK_MAX];
	int n = snprintf(text, sizeof(text), "from=%" PRIu64 "\n",
	    from ? from : 1);

	if (pwrite(p->mark, text, (size_t)n, 0) != n ||
	    ftruncate(p->mark, n) != 0 || fsync(p->mark) != 0 ||
	    fsync(p->dir) != 0)
		return failed(p, "cannot write 'pruning'");
	p->from = from;
	return PRUNE_FINE;
}

static enum prune_end clear_mark(struct prune *p)
{
	if (ftruncate(p->mark, 0) != 0 || fsync(p->mark) != 0)
		return failed(p, "cannot empty 'pruning'");
	p->from = 0;
	return PRUNE_FINE;
}

enum prune_end prune_begin(struct prune *p, const char *journal)
{
	const char *why;

	*p = (struct prune){.journal = journal, .lock = -1, .mark = -1};
	p->dir = open(journal, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->dir < 0)
		return failed(p, "cannot be opened");
	why = trusted_file(p->dir, false);
	if (why) {
		buf_adds(&p->why, why);
		return PRUNE_UNTRUSTED;
	}
	/* Whoever compresses takes his time for one segment; another one of
	 * us is waited for, too. */
	p->lock = lock_segments(p->dir, true);
	if (p->lock < 0)
		return failed(p, "its segments cannot be locked");
	p->mark = openat(p->dir, "pruning",
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return p->mark < 0 ? failed(p, "cannot open 'pruning'") : read_mark(p);
}

void prune_finish(struct prune *p)
{
	if (p->mark >= 0)
		close(p->mark);
	if (p->lock >= 0)
		close(p->lock);
	if (p->dir >= 0)
		close(p->dir);
	buf_release(&p->why);
	buf_release(&p->left);
}

enum prune_end prune_announced(struct prune *p, struct plan *plan)
{
	if (!p->from)
		return PRUNE_FINE;
	return notes_announced(plan, p->journal, p->dir, p->from, &p->why)
	    ? PRUNE_FINE
	    : errno == EBADMSG ? PRUNE_BROKEN : PRUNE_FAILED;
}

static enum prune_end from_cut(enum cut_end end)
{
	static const enum prune_end ends[] = {[CUT_FINE] = PRUNE_FINE,
	    [CUT_HELD] = PRUNE_HELD, [CUT_BROKEN] = PRUNE_BROKEN,
	    [CUT_FAILED] = PRUNE_FAILED};

	return ends[end];
}

static enum prune_end from_error(struct prune *p,
    const struct journal_error *e)
{
	buf_adds(&p->why, e->text);
	errno = e->error;
	return e->fault == FAULT_LOCKED ? PRUNE_LOCKED
	    : e->fault == FAULT_CORRUPT ? PRUNE_BROKEN
	    : e->fault == FAULT_UNTRUSTED ? PRUNE_UNTRUSTED : PRUNE_FAILED;
}

static enum prune_end measure_all(struct prune *p, struct plan *plan,
    struct measure *m, struct hold_file *holds)
{
	enum cut_end end = CUT_FINE;

	for (size_t i = 0; i < plan->count && end == CUT_FINE; i++)
		end = cut_measure(&m[i], p->journal, p->dir, &plan->cut[i],
		    holds, &p->why);
	return from_cut(end);
}

/* What announces a cut, in order: first what else would be lost. */
static void requests(struct args *a, const struct cut *c,
    const struct measure *m)
{
	struct buf b = BUF_EMPTY;

	for (size_t i = 0; i < m->notes.count; i++)
		args_add(a, m->notes.word[i]);
	if (m->gone < c->to) {
		prune_note_range(&b, c, m->chain, m->tree);
		args_add(a, buf_str(&b));
	}
	for (size_t i = 0; i < c->lines; i++) {
		if (c->line[i].seq <= c->to)
			continue;
		buf_reset(&b);
		prune_note_line(&b, &c->line[i]);
		args_add(a, buf_str(&b));
	}
	buf_release(&b);
}

static bool write_notes(struct notes_client *c, const struct args *a,
    struct journal_error *e)
{
	struct span *request = mem_alloc((a->count + 1) * sizeof(*request));
	struct note_place *place = mem_alloc((a->count + 1) * sizeof(*place));
	bool ok;

	for (size_t i = 0; i < a->count; i++)
		request[i] = span_of(a->word[i]);
	ok = notes_write(c, request, a->count, place, e);
	free(request);
	free(place);
	return ok;
}

static bool any_open(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		if (plan->cut[i].open)
			return true;
	}
	return false;
}

/* The segment that is written to is closed before it is cut. */
static enum prune_end close_open(struct prune *p, struct plan *plan)
{
	struct args a = {NULL, 0};
	struct journal_error e = {.fault = FAULT_NONE}, later = e;
	struct notes_client *c;
	bool ok;

	if (!any_open(plan))
		return PRUNE_FINE;
	c = notes_connect(p->journal, &e);
	args_add(&a, "segment");
	ok = c && write_notes(c, &a, &e);
	args_release(&a);
	ok = notes_leave(c, ok ? &e : &later) && ok;
	return ok ? PRUNE_FINE : from_error(p, &e);
}

static enum prune_end announce(struct prune *p, struct plan *plan,
    const struct measure *m)
{
	struct args a = {NULL, 0};
	struct journal_error e = {.fault = FAULT_NONE}, later = e;
	struct notes_client *c = NULL;
	bool ok;

	for (size_t i = 0; i < plan->count; i++)
		requests(&a, &plan->cut[i], &m[i]);
	if (!a.count)
		return PRUNE_FINE;
	c = notes_connect(p->journal, &e);
	ok = c && write_notes(c, &a, &e);
	ok = notes_leave(c, ok ? &e : &later) && ok;
	args_release(&a);
	return ok ? PRUNE_FINE : from_error(p, &e);
}

/* The hashes of what goes are made of the lines as long as these are there. */
static bool keep_tree(struct prune *p, const struct cut *c,
    const struct measure *m)
{
	char name[64];
	const char *why = NULL;
	struct journal_tree *t;
	bool ok;

	if (m->gone || !c->to)
		return true;
	snprintf(name, sizeof(name), "%020" PRIu64 ".tree", c->first);
	ok = unlinkat(p->dir, name, 0) == 0 || errno == ENOENT;
	t = ok ? tree_open(p->journal, &why) : NULL;
	ok = t && tree_write(t, c->first);
	if (!ok)
		buf_addf(&p->why, "its tree: %s",
		    t ? tree_why(t) : why ? why : "cannot be made anew");
	tree_close(t);
	return ok;
}

static bool is_packed(const struct prune *p, uint64_t first)
{
	char name[JOURNAL_NAME];

	segment_name_packed(name, first);
	return faccessat(p->dir, name, F_OK, 0) == 0;
}

/* As it was: cup-log looks at its segments once. That it cannot be, for want of
 * room, is no fault. */
static void make_again(const struct prune *p, uint64_t first, bool packed)
{
	const atomic_bool never = false;
	const struct pack pack = {.dir = p->dir, .stop = &never};
	struct journal_error e;

	if (packed)
		(void)pack_segment(&pack, first, &e);
	(void)index_make(p->dir, first, 0, &never);
}

static enum prune_end cut_one(struct prune *p, const struct cut *c,
    const struct measure *m, struct hold_file *holds)
{
	bool prunes = m->gone < c->to, packed = is_packed(p, c->first);
	enum prune_end end;

	if (!torn_clean(p->dir, c->to ? c->first : 1, c->to, &m->ids, holds,
		&p->left))
		return failed(p, "what a crash has left cannot be removed");
	if (!keep_tree(p, c, m))
		return PRUNE_FAILED;
	end = from_cut(cut_replace(m, p->journal, p->dir, c, &p->why));
	if (end == PRUNE_FINE && (prunes || m->left)) {
		p->segments++;
		p->pruned += prunes ? c->to - (m->gone ? m->gone
					       : c->first - 1) : 0;
		p->erased += m->left;
		make_again(p, c->first, packed);
	}
	return end;
}

static enum prune_end remove_torn(struct prune *p, const struct plan *plan)
{
	for (size_t i = 0; i < plan->torns; i++) {
		if (unlinkat(p->dir, plan->torn[i], 0) != 0 && errno != ENOENT)
			return failed(p, "what a crash has left cannot be "
					 "removed");
	}
	return plan->torns && fsync(p->dir) != 0
	    ? failed(p, "cannot be synchronised")
	    : PRUNE_FINE;
}

enum prune_end prune_do(struct prune *p, struct plan *plan,
    struct hold_file *holds, bool announced)
{
	struct measure *m = mem_zalloc((plan->count + 1) * sizeof(*m));
	enum prune_end end = PRUNE_FINE;

	if (!announced && plan->count)
		end = write_mark(p, plan->last);
	if (end == PRUNE_FINE && !announced)
		end = close_open(p, plan);
	if (end == PRUNE_FINE)
		end = measure_all(p, plan, m, holds);
	if (end == PRUNE_FINE && !announced)
		end = announce(p, plan, m);
	for (size_t i = 0; i < plan->count && end == PRUNE_FINE; i++)
		end = cut_one(p, &plan->cut[i], &m[i], holds);
	if (end == PRUNE_FINE)
		end = remove_torn(p, plan);
	if (end == PRUNE_FINE)
		end = clear_mark(p);
	for (size_t i = 0; i < plan->count; i++)
		measure_release(&m[i]);
	free(m);
	return end;
}
