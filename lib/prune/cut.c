/* SPDX-License-Identifier: ISC */
/* One segment: looked at before it is cut. */
#include "prune/cut.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/merkle.h"
#include "base/quantity.h"
#include "base/stamp.h"
#include "journal/chain.h"
#include "journal/segment.h"
#include "journal/tree.h"
#include "prune/notes.h"

struct looking {
	struct measure *m;
	const struct cut *cut;
	const char *journal;
	int dir;
	struct hold_file *holds;
	struct merkle_range range;
	struct buf *why;
};

struct journal_reader *cut_open(const char *journal, int dir, uint64_t first)
{
	char name[JOURNAL_NAME];
	struct buf path = BUF_EMPTY;
	struct journal_reader *j;
	const char *why;

	segment_name(name, first);
	buf_addf(&path, "%s/%s", journal, name);
	if (faccessat(dir, name, F_OK, 0) != 0 && errno == ENOENT)
		buf_adds(&path, ".zst");
	j = journal_open(buf_str(&path), true, &why);
	buf_release(&path);
	return j;
}

uint64_t cut_gone(const char *journal, int dir, uint64_t first)
{
	struct journal_reader *j = cut_open(journal, dir, first);
	struct journal_line l;
	uint64_t gone = 0;

	if (j && journal_next(j, &l) == JOURNAL_NOTE &&
	    journal_pruned(l.text))
		gone = l.seq;
	journal_close(j);
	return gone;
}

void measure_release(struct measure *m)
{
	buf_release(&m->id);
	args_release(&m->ids);
	args_release(&m->notes);
	*m = (struct measure){0};
}

static void begin(struct measure *m, const struct journal_line *l)
{
	struct span id = note_value(l->text, "id");

	m->version = journal_version(l->text);
	if (id.p)
		buf_addspan(&m->id, id);
	if (journal_pruned(l->text))
		m->gone = l->seq;
}

/* Whether what a note names has gone itself, or goes now: then nobody asks for
 * it again. */
static bool moot(const struct looking *k, const struct prune_note *n)
{
	uint64_t first;

	if (n->from >= k->cut->first && n->to <= k->cut->to)
		return true;
	first = notes_segment(k->dir, n->from);
	/* A range that was pruned further has a note of its own. */
	return first && cut_gone(k->journal, k->dir, first) >=
	    n->to + n->pruned;
}

static void take_note(struct looking *k, struct span text)
{
	struct buf request = BUF_EMPTY;
	struct prune_note n;

	if (!prune_note_read(&n, text) || moot(k, &n))
		return;
	prune_note_again(&n, &request);
	args_add(&k->m->notes, buf_str(&request));
	buf_release(&request);
}

static bool is_held(struct looking *k, const struct journal_line *l,
    struct record *r)
{
	const struct hold *h;

	if (record_parse(r, l->text.p, l->text.n)) {
		buf_addf(k->why, "record %" PRIu64 " cannot be read", l->seq);
		return true;
	}
	h = hold_file_match(k->holds, r);
	if (h)
		buf_addf(k->why, "record %" PRIu64 " is held by %s", l->seq,
		    h->name);
	return h;
}

/* False: it is held. */
static bool take_record(struct looking *k, const struct journal_line *l)
{
	bool erased = l->seq > k->cut->to && cut_find(k->cut, l->seq);
	struct buf id = BUF_EMPTY;
	struct record r;

	if (!erased && l->seq > k->cut->to)
		return true;
	if (is_held(k, l, &r))
		return false;
	if (!erased)
		return true;
	k->m->left++;
	buf_addspan(&id, r.field[RECORD_ID]);
	args_add(&k->m->ids, buf_str(&id));
	buf_release(&id);
	return true;
}

static void leaf(struct looking *k, const struct journal_line *l)
{
	unsigned char hash[MERKLE_HASH];

	tree_leaf(l->seq, l->digest.p, hash);
	merkle_range_append(&k->range, hash);
}

/* SHA-256 over the hashes of the compact range, from left to right. */
static void hash_range(struct looking *k)
{
	struct digest *d = digest_new(NULL, 0);

	digest_begin(d);
	digest_add(d, k->range.hash, k->range.count * (size_t)MERKLE_HASH);
	digest_hex(d, k->m->tree);
	digest_free(d);
}

/* What was pruned before: the hashes of its lines are in the segment's tree. */
static bool hash_with_gone(struct looking *k)
{
	unsigned char raw[DIGEST_RAW];
	const char *why = NULL;
	struct journal_tree *t = tree_open(k->journal, &why);
	uint64_t size;
	bool ok = t && tree_size(t, &size) &&
	    tree_range(t, k->cut->first, k->cut->to, raw);

	if (ok)
		hex_write(k->m->tree, raw, DIGEST_RAW);
	else
		buf_addf(k->why, "its tree: %s", t ? tree_why(t) : why);
	tree_close(t);
	return ok;
}

static enum cut_end take(struct looking *k, enum journal_item item,
    const struct journal_line *l)
{
	struct measure *m = k->m;

	if (l->line == 1)
		begin(m, l);
	m->last = l->seq;
	if (item == JOURNAL_RECORD && !take_record(k, l))
		return CUT_HELD;
	if (l->seq > k->cut->to || m->gone >= k->cut->to)
		return CUT_FINE;
	if (!m->gone)
		leaf(k, l);
	if (item == JOURNAL_NOTE)
		take_note(k, l->text);
	if (l->seq != k->cut->to)
		return CUT_FINE;
	memcpy(m->chain, l->chain.p, DIGEST_HEX);
	if (!m->gone)
		hash_range(k);
	return !m->gone || hash_with_gone(k) ? CUT_FINE : CUT_FAILED;
}

static enum cut_end look(struct looking *k, struct journal_reader *j)
{
	struct journal_line l;
	enum journal_item item;
	enum cut_end end = CUT_FINE;

	while ((item = journal_next(j, &l)) == JOURNAL_RECORD ||
	    item == JOURNAL_NOTE) {
		end = take(k, item, &l);
		if (end != CUT_FINE)
			return end;
	}
	if (item == JOURNAL_BROKEN)
		buf_addf(k->why, "%s:%" PRIu64 ": %s", l.segment, l.line,
		    journal_why(j));
	else if (item == JOURNAL_ERROR)
		buf_adds(k->why, "cannot be read");
	else if (k->m->last < k->cut->to || !k->m->version)
		buf_addf(k->why, "segment %" PRIu64 " ends with line %" PRIu64,
		    k->cut->first, k->m->last);
	else
		return CUT_FINE;
	return item == JOURNAL_ERROR ? CUT_FAILED : CUT_BROKEN;
}

enum cut_end cut_measure(struct measure *m, const char *journal, int dir,
    const struct cut *c, struct hold_file *holds, struct buf *why)
{
	struct looking k = {.m = m, .cut = c, .journal = journal, .dir = dir,
	    .holds = holds, .why = why};
	struct journal_reader *j = cut_open(journal, dir, c->first);
	enum cut_end end;
	int saved;

	if (!j) {
		buf_addf(why, "segment %" PRIu64 " cannot be opened",
		    c->first);
		return CUT_FAILED;
	}
	merkle_range_init(&k.range, c->first - 1);
	end = look(&k, j);
	saved = errno;
	journal_close(j);
	errno = saved;
	return end;
}
