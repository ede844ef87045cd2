/* SPDX-License-Identifier: ISC */
/* Proofs that a checkpoint extends another one. */
#include "seal/extends.h"

#include "seal/checkpoint.h"
#include "seal/note.h"
#include "seal/store.h"

bool extends_by(int dir, const char *ending, const struct extension *e)
{
	struct merkle_range none = {.first = 0};
	unsigned char empty[MERKLE_HASH];
	struct buf text = BUF_EMPTY;
	struct merkle_proof p;
	struct span rest, line;
	char name[STORE_NAME];
	uint64_t size;
	bool ok;

	merkle_range_root(&none, empty);
	store_name(name, e->size, ending);
	ok = store_read(dir, name, 2 * NOTE_MAX, &text);
	rest = buf_span(&text);
	ok = ok && checkpoint_line(&rest, &line) && span_starts(line, "old ") &&
	    checkpoint_size((struct span){line.p + 4, line.n - 4}, &size) &&
	    size == e->old && checkpoint_read_proof(&rest, &p) &&
	    merkle_extends(e->old, e->old ? e->old_root : empty, e->size,
		e->root, &p);
	buf_release(&text);
	return ok;
}
