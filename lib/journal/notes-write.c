/* SPDX-License-Identifier: ISC */
/* Journaling notes for others. */
#include <stdlib.h>

#include "base/stamp.h"
#include "base/utf8.h"
#include "journal/chain.h"
#include "journal/internal.h"
#include "journal/notes.h"

/* "pruned 1-64 chain=..." or "erasure seq=5 ...": the first word, and what is
 * behind it begins as it has to. */
static const char *refuse(const struct journal_writer *w, struct span request,
    struct span *word, struct span *rest)
{
	const char *space = memchr(request.p, ' ', request.n);
	bool pruned;
	size_t n;

	if (request.n > NOTE_REQUEST_MAX)
		return "too long";
	*word = request;
	*rest = (struct span){"", 0};
	if (span_is(request, "segment"))
		return NULL;
	if (!space)
		return "no such request";
	word->n = (size_t)(space - request.p);
	*rest = (struct span){space + 1, request.n - word->n - 1};
	pruned = span_is(*word, "pruned");
	if (!pruned && !span_is(*word, "erasure"))
		return "no such request";
	for (size_t i = 0; i < rest->n; i++) {
		if ((unsigned char)rest->p[i] < ' ' || rest->p[i] == 127)
			return "has a control character";
	}
	if (utf8_xml(rest->p, rest->n) < rest->n)
		return "is not UTF-8";
	n = pruned ? 0 : span_starts(*rest, "seq=") ? 4 : rest->n;
	if (n == rest->n || rest->p[n] < '1' || rest->p[n] > '9')
		return "does not say which lines";
	if (strtoull(rest->p + n, NULL, 10) > w->seq)
		return "names a line that is not there";
	return NULL;
}

/* The chain behind the line that was put last, whose text is in w->text. */
static void follow(struct journal_writer *w, struct digest *d,
    char chain[DIGEST_HEX])
{
	char line[DIGEST_HEX];

	journal_digest(d, buf_span(&w->text), line);
	journal_chain(d, chain, w->seq, line, chain);
}

static bool begin_segment(struct journal_writer *w, struct digest *d,
    char chain[DIGEST_HEX])
{
	if (!flusher_drain(w->flusher, &w->fill))
		return false;
	writer_segment(w);
	follow(w, d, chain);
	return true;
}

static bool put(struct journal_writer *w, struct digest *d,
    char chain[DIGEST_HEX], struct span word, struct span rest)
{
	char time[STAMP_LEN];
	uint64_t before = w->seq;

	if (!writer_room(w, JOURNAL_SEQ_DIGITS + DIGEST_HEX + 8 + word.n +
		    STAMP_LEN + rest.n))
		return false;
	if (w->seq != before)
		follow(w, d, chain);
	stamp_write(time, stamp_now());
	buf_reset(&w->text);
	buf_addf(&w->text, "# %.*s %.*s %.*s", SPAN_ARG(word), STAMP_LEN,
	    time, SPAN_ARG(rest));
	writer_put(w, buf_span(&w->text));
	follow(w, d, chain);
	return true;
}

bool notes_journal(struct journal_writer *w, const struct span *requests,
    size_t n, struct note_place *place, const char **why)
{
	struct digest *d = digest_new(NULL, 0);
	char chain[DIGEST_HEX];
	struct span word, rest;
	bool ok;

	/* With nothing on its way the last line's chain is known. */
	writer_claim(w);
	ok = flusher_drain(w->flusher, &w->fill);
	memcpy(chain, w->to.chain, DIGEST_HEX);
	for (size_t i = 0; ok && i < n; i++) {
		place[i].seq = 0;
		why[i] = refuse(w, requests[i], &word, &rest);
		if (why[i])
			continue;
		ok = rest.n ? put(w, d, chain, word, rest)
			    : begin_segment(w, d, chain);
		place[i].seq = w->seq;
		memcpy(place[i].chain, chain, DIGEST_HEX);
	}
	ok = ok && flusher_drain(w->flusher, &w->fill);
	digest_free(d);
	return ok && writer_offer(w);
}
