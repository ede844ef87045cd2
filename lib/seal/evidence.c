/* SPDX-License-Identifier: ISC */
/* Proofs of single records. */
#include "seal/evidence.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "journal/journal.h"
#include "journal/segment.h"
#include "journal/tree.h"
#include "record/record.h"
#include "seal/renewed.h"
#include "seal/store.h"
#include "seal/tlog-proof.h"

static enum evidence because(struct buf *why, enum evidence end,
    const char *words)
{
	int saved = errno;

	buf_reset(why);
	buf_adds(why, words);
	buf_str(why);
	errno = saved;
	return end;
}

/* ---- making one */

static bool newest(const char *journal, struct buf *note)
{
	int dir = store_checkpoints(journal, false), saved;
	uint64_t *sizes = NULL;
	size_t count = 0;
	bool ok = dir >= 0 && store_sizes(dir, &sizes, &count);

	if (ok && count) {
		ok = renewed_read(dir, sizes[count - 1], note);
	} else if (ok) {
		errno = ENOENT;
		ok = false;
	}
	saved = errno;
	free(sizes);
	if (dir >= 0)
		close(dir);
	errno = saved;
	return ok;
}

/* The SEQ of the first record of that id; 0: there is none, or not all lines
 * can be read, and *end says so. */
static uint64_t find(const char *journal, struct span id, enum evidence *end,
    struct buf *why)
{
	struct journal_line l = {.seq = 0};
	enum journal_item item = JOURNAL_END;
	struct record r;
	const char *wrong;
	struct journal_reader *j = journal_open(journal, false, &wrong);
	bool found = false;

	*end = EVIDENCE_NONE;
	if (!j) {
		*end = because(why, EVIDENCE_UNREAD, wrong);
		return 0;
	}
	while (!found && (item = journal_next(j, &l)) != JOURNAL_END &&
	    item != JOURNAL_ERROR)
		found = item == JOURNAL_RECORD &&
		    l.text.n > id.n && l.text.p[id.n] == '\t' &&
		    memcmp(l.text.p, id.p, id.n) == 0 &&
		    !record_parse(&r, l.text.p, l.text.n);
	if (item == JOURNAL_ERROR)
		*end = because(why, EVIDENCE_UNREAD, journal_why(j));
	else if (!found)
		because(why, EVIDENCE_NONE, "has no record of that id");
	journal_close(j);
	return found ? l.seq : 0;
}

/* The hashes from the record to the root of the checkpoint, which has to be
 * the journal's. */
static enum evidence climb(const char *journal, uint64_t seq,
    const struct checkpoint *c, struct tlog_proof *p, struct buf *why)
{
	unsigned char root[MERKLE_HASH];
	enum evidence end = EVIDENCE_GOOD;
	const char *wrong;
	struct journal_tree *t = tree_open(journal, &wrong);
	uint64_t size;

	if (!t)
		return because(why, EVIDENCE_UNREAD, wrong);
	errno = 0;
	if (!tree_size(t, &size))
		end = because(why, EVIDENCE_UNREAD, tree_why(t));
	else if (size < c->size)
		end = because(why, EVIDENCE_WRONG,
		    "has fewer lines than were sealed");
	else if (!merkle_root(c->size, tree_node, t, root) ||
	    !merkle_prove(seq - 1, c->size, tree_node, t, &p->path))
		end = because(why, EVIDENCE_UNREAD, tree_why(t));
	else if (memcmp(root, c->root, MERKLE_HASH) != 0)
		end = because(why, EVIDENCE_WRONG,
		    "does not have the lines that were sealed");
	p->index = seq - 1;
	tree_close(t);
	return end;
}

static enum evidence prove(const char *journal, struct span id,
    struct span checkpoint, struct buf *proof, struct buf *why)
{
	struct tlog_proof p = {.checkpoint = checkpoint};
	struct checkpoint c;
	struct note n;
	enum evidence end;
	uint64_t seq;

	errno = 0;
	if (note_parse(&n, checkpoint) || checkpoint_parse(&c, n.text))
		return because(why, EVIDENCE_WRONG,
		    "has a checkpoint that is none");
	seq = find(journal, id, &end, why);
	if (!seq)
		return end;
	if (seq > c.size)
		return because(why, EVIDENCE_NONE,
		    "has that record, but it is not sealed yet");
	end = climb(journal, seq, &c, &p, why);
	if (end == EVIDENCE_GOOD)
		tlog_proof_write(proof, &p);
	return end;
}

enum evidence evidence_make(const char *journal, struct span id,
    struct span checkpoint, struct buf *proof, struct buf *why)
{
	struct buf note = BUF_EMPTY;
	enum evidence end;

	if (!checkpoint.p && !newest(journal, &note))
		end = errno == ENOENT
		    ? because(why, EVIDENCE_NONE, "was never sealed")
		    : because(why, EVIDENCE_UNREAD,
			  "has checkpoints that cannot be read");
	else
		end = prove(journal, id,
		    checkpoint.p ? checkpoint : buf_span(&note), proof, why);
	buf_release(&note);
	return end;
}

/* ---- checking one */

/* The text of a record, be it a line of a journal, of which the SEQ is
 * checked, or the text alone. */
static bool text_of(struct span *record, uint64_t seq)
{
	struct span chain, text;
	uint64_t number;

	while (record->n && record->p[record->n - 1] == '\n')
		record->n--;
	if (!record->n || memchr(record->p, '\n', record->n))
		return false;
	if (journal_split(*record, &number, &chain, &text)) {
		*record = text;
		return number == seq;
	}
	return true;
}

static void leaf_of(struct span text, uint64_t seq,
    unsigned char leaf[MERKLE_HASH])
{
	struct digest *d = digest_new(NULL, 0);
	char hex[DIGEST_HEX];

	digest_begin(d);
	digest_add(d, text.p, text.n);
	digest_hex(d, hex);
	digest_free(d);
	tree_leaf(seq, hex, leaf);
}

enum evidence evidence_check(const struct trust *t, struct span proof,
    struct span record, struct shown *s, struct buf *why)
{
	unsigned char leaf[MERKLE_HASH];
	const struct checkpoint *c = &s->vouched.checkpoint;
	struct tlog_proof p;
	const char *wrong = tlog_proof_parse(&p, proof);

	errno = 0;
	if (!wrong)
		wrong = trust_check(t, p.checkpoint, &s->vouched, why);
	if (wrong) {
		struct buf words = BUF_EMPTY;

		buf_adds(&words, wrong);
		because(why, EVIDENCE_WRONG, buf_str(&words));
		buf_release(&words);
		return EVIDENCE_WRONG;
	}
	s->seq = p.index + 1;
	s->journal = checkpoint_journal(c->origin);
	if (!text_of(&record, s->seq))
		return because(why, EVIDENCE_WRONG,
		    "is not of that record: it is of another SEQ, or the "
		    "record is not one line");
	leaf_of(record, s->seq, leaf);
	if (!merkle_proves(p.index, leaf, c->size, c->root, &p.path))
		return because(why, EVIDENCE_WRONG,
		    "is not of that record, or one of the two was changed");
	return EVIDENCE_GOOD;
}
