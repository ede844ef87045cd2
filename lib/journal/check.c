/* SPDX-License-Identifier: ISC */
/* Whether the lines of a journal follow from one another. */
#include "journal/check.h"

#include <inttypes.h>
#include <string.h>

#include "base/stamp.h"
#include "journal/segment.h"

void check_init(struct journal_check *c)
{
	*c = (struct journal_check){.digest = digest_new(NULL, 0)};
}

void check_release(struct journal_check *c)
{
	digest_free(c->digest);
	buf_release(&c->id);
	buf_release(&c->why);
}

void check_begin(struct journal_check *c)
{
	memcpy(c->prev, journal_zeros, sizeof(c->prev));
	c->due = 1;
	c->known = true;
}

void check_lose(struct journal_check *c)
{
	c->known = false;
}

bool check_whole(struct span text)
{
	struct record r;
	const char *space;
	int64_t when;

	if (!text.n || text.p[0] != '#')
		return !record_parse(&r, text.p, text.n);
	/* A note has at least its word and its time. */
	space = text.n > 2 ? memchr(text.p + 2, ' ', text.n - 2) : NULL;
	return space && text.p + text.n - space > STAMP_LEN &&
	    stamp_read(space + 1, STAMP_LEN, &when);
}

static bool chained(struct journal_check *c, const struct journal_line *l)
{
	char chain[DIGEST_HEX];

	journal_chain(c->digest, c->prev, l->seq, l->text, chain);
	return memcmp(chain, l->chain.p, DIGEST_HEX) == 0;
}

bool check_differs(struct journal_check *c, const struct journal_line *l)
{
	return c->known && l->seq == c->due && !chained(c, l);
}

static const char *wrong_seq(struct journal_check *c, uint64_t seq)
{
	buf_reset(&c->why);
	if (seq < c->due)
		buf_addf(&c->why, "is out of order: %" PRIu64 " is due here",
		    c->due);
	else if (seq == c->due + 1)
		buf_addf(&c->why, "is where %" PRIu64 " is due, which is missing",
		    c->due);
	else
		buf_addf(&c->why,
		    "is where %" PRIu64 " is due: %" PRIu64 " to %" PRIu64
		    " are missing",
		    c->due, c->due, seq - 1);
	return buf_str(&c->why);
}

/* The notes that begin a journal or a segment say whose it is, and the
 * latter also what came before it, so that it can be checked alone. */
static const char *take_note(struct journal_check *c,
    const struct journal_line *l)
{
	bool first = span_starts(l->text, "# cup-journal 1 ");
	struct span id, previous = {journal_zeros, DIGEST_HEX};

	if (!first && !span_starts(l->text, "# segment "))
		return NULL;
	id = note_value(l->text, "id");
	if (!first)
		previous = note_value(l->text, "previous");
	if (!c->known && previous.n == DIGEST_HEX) {
		memcpy(c->prev, previous.p, DIGEST_HEX);
		c->due = l->seq;
		c->known = true;
	}
	if (c->id.len == 0 && id.p)
		buf_addspan(&c->id, id);
	return id.p && span_same(id, buf_span(&c->id))
	    ? NULL
	    : "belongs to another journal";
}

static const char *wrong_place(const struct journal_line *l)
{
	uint64_t first;

	if (l->line != 1)
		return NULL;
	if (segment_first(l->segment, &first) && first != l->seq)
		return "is not the one its segment is named by";
	if (!span_starts(l->text,
		l->seq == 1 ? "# cup-journal 1 " : "# segment "))
		return "is not the note a segment begins with";
	return NULL;
}

static void accept(struct journal_check *c, const struct journal_line *l)
{
	c->known = true;
	c->due = l->seq + 1;
	memcpy(c->prev, l->chain.p, DIGEST_HEX);
}

const char *check_line(struct journal_check *c, const struct journal_line *l)
{
	const char *why = take_note(c, l);

	if (c->known && l->seq != c->due)
		why = wrong_seq(c, l->seq);
	else if (c->known && !chained(c, l))
		why = "does not match its chain: it was changed";
	else if (!why)
		why = wrong_place(l);
	accept(c, l);
	return why;
}

void check_follow(struct journal_check *c, const struct journal_line *l)
{
	(void)take_note(c, l);
	accept(c, l);
}
