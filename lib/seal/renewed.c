/* SPDX-License-Identifier: ISC */
/* Cosignatures that were asked for again. */
#include "seal/renewed.h"

#include <errno.h>
#include <string.h>

#include "seal/note.h"
#include "seal/store.h"

static bool has_line(struct span lines, struct span line)
{
	struct span name, next;
	uint32_t id;

	while (note_next_signature(&lines, &next, &name, &id)) {
		if (span_same(next, line))
			return true;
	}
	return false;
}

/* One note of both, of which the first signature is the journal's. */
static bool join(struct span first, struct span renewed, struct buf *out)
{
	struct span rest, line, name;
	struct note a, b;
	uint32_t id;

	errno = EBADMSG;
	if (note_parse(&a, first) || note_parse(&b, renewed) ||
	    !span_same(a.text, b.text))
		return false;
	rest = a.signatures;
	note_next_signature(&rest, &line, &name, &id);
	if (b.signatures.n < line.n ||
	    memcmp(b.signatures.p, line.p, line.n) != 0)
		return false;
	buf_addspan(out, renewed);
	rest = a.signatures;
	while (note_next_signature(&rest, &line, &name, &id)) {
		if (!has_line(b.signatures, line))
			buf_addspan(out, line);
	}
	return true;
}

bool renewed_read(int dir, uint64_t size, struct buf *note)
{
	struct buf first = BUF_EMPTY, renewed = BUF_EMPTY;
	char name[STORE_NAME];
	bool ok;

	store_name(name, size, ".checkpoint");
	ok = store_read(dir, name, NOTE_MAX, &first);
	store_name(name, size, RENEWED);
	if (ok && store_read(dir, name, NOTE_MAX, &renewed)) {
		ok = join(buf_span(&first), buf_span(&renewed), note);
	} else if (ok) {
		ok = errno == ENOENT;
		buf_addspan(note, buf_span(&first));
	}
	buf_release(&first);
	buf_release(&renewed);
	return ok;
}
