/* SPDX-License-Identifier: ISC */
/* Sealing a journal. */
#include "seal/sealer-internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/stamp.h"
#include "journal/journal.h"
#include "journal/lock.h"
#include "journal/tree.h"
#include "seal/checkpoint.h"
#include "seal/note.h"
#include "seal/store.h"
#include "seal/thin.h"

enum { THIN_EVERY = 3600 }; /* seconds */

bool sealer_journal_id(const char *journal, struct buf *id)
{
	const char *why;
	struct journal_reader *j = journal_open(journal, false, &why);
	struct journal_line line;
	int saved;

	buf_reset(id);
	errno = j ? 0 : errno;
	if (j && journal_next(j, &line) == JOURNAL_NOTE)
		buf_addspan(id, journal_id(j));
	saved = errno;
	journal_close(j);
	errno = saved;
	return id->len > 0;
}

/* errno stays. */
static enum sealed because(struct sealer *s, enum sealed end,
    const char *words, const char *what)
{
	int saved = errno;

	buf_reset(&s->why);
	buf_adds(&s->why, words);
	if (what)
		buf_addf(&s->why, " '%s'", what);
	buf_str(&s->why);
	errno = saved;
	return end;
}

/* ---- beginning */

/* The newest checkpoint there is. */
static enum sealed read_newest(struct sealer *s)
{
	char name[STORE_NAME];
	uint64_t *sizes;
	size_t count;

	s->dir = store_checkpoints(s->journal, true);
	if (s->dir < 0 || !store_sizes(s->dir, &sizes, &count))
		return because(s, SEAL_FAILED,
		    "cannot open its checkpoints", NULL);
	s->size = count ? sizes[count - 1] : 0;
	free(sizes);
	buf_reset(&s->note);
	if (!s->size)
		return SEALED_BEFORE;
	store_name(name, s->size, ".tsr");
	s->stamped = !s->timestamp || faccessat(s->dir, name, F_OK, 0) == 0;
	store_name(name, s->size, ".checkpoint");
	if (!store_read(s->dir, name, NOTE_MAX, &s->note))
		return because(s, SEAL_FAILED, "cannot read", name);
	return SEALED_BEFORE;
}

/* Whether it is by our key, of this journal, and has that root. */
static enum sealed check_newest(struct sealer *s)
{
	unsigned char root[MERKLE_HASH];
	struct checkpoint c;
	struct note n;
	uint64_t time;

	errno = 0;
	if (note_parse(&n, buf_span(&s->note)) ||
	    checkpoint_parse(&c, n.text) || c.size != s->size ||
	    !span_same(c.origin, buf_span(&s->origin)) ||
	    note_verify(&n, &s->key.verifier, &time) != NOTE_SIGNED)
		return because(s, SEAL_FORK, "its newest checkpoint is not of "
		    "this journal, or not of the key", s->key.verifier.name);
	if (!merkle_root(s->size, tree_node, s->tree, root))
		return because(s, SEAL_FAILED, tree_why(s->tree), NULL);
	if (memcmp(root, c.root, MERKLE_HASH) != 0)
		return because(s, SEAL_FORK, "its lines are not those that "
		    "were sealed: they were changed", NULL);
	sealer_recall(s);
	return SEALED_BEFORE;
}

static enum sealed begin(struct sealer *s)
{
	struct buf id = BUF_EMPTY;
	const char *why;

	if (!sealer_journal_id(s->journal, &id)) {
		buf_release(&id);
		return because(s, errno && errno != ENOENT ? SEAL_FAILED
							   : SEAL_NO_JOURNAL,
		    "has no line yet", NULL);
	}
	buf_reset(&s->origin);
	buf_addf(&s->origin, "%s/%s", s->key.verifier.name, buf_str(&id));
	buf_release(&id);
	s->tree = tree_open(s->journal, &why);
	if (!s->tree)
		return because(s, SEAL_FAILED, why, NULL);
	s->stamped = true;
	return read_newest(s);
}

/* ---- the checkpoint */

/* How many lines there are that no power failure takes away. */
static bool count_lines(struct sealer *s, uint64_t *size)
{
	int dir = open(s->journal, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint64_t synced = dir < 0 ? 0 : lock_read_synced(dir);

	if (dir >= 0)
		close(dir);
	if (!tree_size(s->tree, size))
		return false;
	if (synced && *size > synced)
		*size = synced;
	return true;
}

/* Beside the checkpoint, before it: that it extends the one before, which can
 * be shown also when these lines are gone. */
static bool write_extends(struct sealer *s, uint64_t size,
    const struct buf *note)
{
	const struct witnessed w = {.note = buf_span(note), .size = size,
	    .source = tree_node, .tree = s->tree};
	struct buf text = BUF_EMPTY;
	char name[STORE_NAME];
	bool ok;

	store_name(name, size, ".extends");
	ok = witness_request(&text, s->size, &w) &&
	    store_write(s->dir, name, buf_span(&text));
	buf_release(&text);
	return ok;
}

static bool write_note(int dir, uint64_t size, struct span note)
{
	char name[STORE_NAME];

	store_name(name, size, ".checkpoint");
	return store_write(dir, name, note);
}

bool sealer_keep(struct sealer *s, struct span note)
{
	return write_note(s->dir, s->size, note);
}

static enum sealed sign(struct sealer *s, uint64_t size)
{
	unsigned char root[MERKLE_HASH];
	struct buf note = BUF_EMPTY, line = BUF_EMPTY;
	bool ok;

	errno = 0;
	if (!merkle_root(size, tree_node, s->tree, root))
		return because(s, SEAL_FAILED, tree_why(s->tree), NULL);
	checkpoint_write(&note, buf_span(&s->origin), size, root);
	note_sign(&line, &s->key, buf_span(&note), 0);
	buf_addc(&note, '\n');
	buf_addspan(&note, buf_span(&line));
	buf_release(&line);
	ok = write_extends(s, size, &note) &&
	    write_note(s->dir, size, buf_span(&note));
	if (ok) {
		buf_release(&s->note);
		s->note = note;
		s->size = size;
		s->stamped = !s->timestamp;
		for (unsigned i = 0; i < s->witnesses; i++)
			witness_forget(&s->witness[i]);
		return SEALED;
	}
	buf_release(&note);
	return because(s, SEAL_FAILED, "cannot write its checkpoints", NULL);
}

/* ---- all of it */

/* Keep the settings only. errno stays. */
static void forget(struct sealer *s)
{
	int saved = errno;

	if (s->tree && s->dir >= 0)
		close(s->dir);
	tree_close(s->tree);
	s->tree = NULL;
	s->size = 0;
	errno = saved;
}

enum sealed sealer_seal(struct sealer *s)
{
	bool fresh = s->tree == NULL;
	enum sealed end = fresh ? begin(s) : SEALED_BEFORE;
	uint64_t size = 0;

	if (end == SEALED_BEFORE && !count_lines(s, &size))
		end = because(s, SEAL_FAILED, tree_why(s->tree), NULL);
	if (end == SEALED_BEFORE && size < s->size)
		end = because(s, SEAL_FORK,
		    "it has fewer lines than were sealed", NULL);
	if (end == SEALED_BEFORE && s->size && fresh)
		end = check_newest(s);
	if (end == SEALED_BEFORE && size > s->size)
		end = sign(s, size);
	if (end == SEALED || (end == SEALED_BEFORE && s->size))
		sealer_show_others(s);
	/* What failed may be in another state the next time. */
	if (end != SEALED && end != SEALED_BEFORE)
		forget(s);
	return end;
}

bool sealer_thin(struct sealer *s)
{
	int64_t now = stamp_now() / 1000000;
	bool more;

	if (!s->thin || !s->tree || !s->size || now < s->thin_at)
		return false;
	if (!thin_checkpoints(s->dir, s->tree, now - (int64_t)s->thin, &more))
		s->say("journal '%s': cannot thin out its checkpoints: %s",
		    s->journal, strerror(errno));
	s->thin_at = more ? now : now + THIN_EVERY;
	return more;
}

void sealer_release(struct sealer *s)
{
	forget(s);
	signer_release(&s->key);
	buf_release(&s->origin);
	buf_release(&s->note);
	buf_release(&s->why);
}
