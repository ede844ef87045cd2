/* SPDX-License-Identifier: ISC */
/* Whether the lines of a journal follow from one another. */
#include "journal/check.h"

#include <inttypes.h>
#include <string.h>

#include "base/stamp.h"
#include "journal/chain.h"
#include "journal/segment.h"

void check_init(struct journal_check *c)
{
	*c = (struct journal_check){.digest = digest_new(NULL, 0)};
}

void check_release(struct journal_check *c)
{
	digest_free(c->digest);
	gaps_release(&c->gaps);
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

bool journal_take(struct span line, struct journal_line *l)
{
	if (journal_split(line, &l->seq, &l->chain, &l->text)) {
		l->from = l->seq;
		return true;
	}
	if (journal_split_pruned(line, &l->from, &l->seq, &l->chain, &l->text))
		return true;
	l->seq = 0;
	return false;
}

/* A segment's first line says what version it has. */
static void see_version(struct journal_check *c, const struct journal_line *l)
{
	if (l->line == 1)
		c->version = journal_version(l->text);
}

static bool is_note(const struct journal_line *l)
{
	return l->text.n && l->text.p[0] == '#';
}

/* What follows pruned lines tells whether their chain is right. */
const char *check_hashes(struct digest *d, const struct journal_line *l,
    char out[DIGEST_HEX])
{
	char chain[DIGEST_HEX];

	if (is_note(l) && journal_pruned(l->text))
		return NULL;
	journal_digest(d, l->text, out);
	if (!l->before.p)
		return NULL;
	if (l->version == 1)
		journal_chain_1(d, l->before.p, l->seq, l->text, chain);
	else
		journal_chain(d, l->before.p, l->seq, out, chain);
	return memcmp(chain, l->chain.p, DIGEST_HEX) == 0
	    ? NULL
	    : "does not match its chain: it was changed";
}

bool check_differs(struct journal_check *c, const struct journal_line *l)
{
	struct journal_line at = *l;

	if (!c->known || l->from != c->due)
		return false;
	see_version(c, l);
	at.version = c->version;
	at.before = (struct span){c->prev, DIGEST_HEX};
	return check_hashes(c->digest, &at, c->line) != NULL;
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

static bool same_journal(struct journal_check *c, struct span id)
{
	if (c->id.len == 0 && id.p)
		buf_addspan(&c->id, id);
	return id.p && span_same(id, buf_span(&c->id));
}

/* The notes that begin a journal or a segment say whose it is, and the
 * latter also what came before it, so that it can be checked alone. */
static const char *take_note(struct journal_check *c,
    const struct journal_line *l)
{
	struct span id, previous = {journal_zeros, DIGEST_HEX};
	bool first, pruned;

	if (!is_note(l))
		return NULL;
	first = journal_begins(l->text);
	pruned = journal_pruned(l->text);
	if (!first && !pruned && !span_starts(l->text, "# segment "))
		return NULL;
	id = note_value(l->text, "id");
	if (pruned)
		return !id.p || same_journal(c, id)
		    ? NULL
		    : "belongs to another journal";
	if (!first)
		previous = note_value(l->text, "previous");
	if (!c->known && previous.n == DIGEST_HEX) {
		memcpy(c->prev, previous.p, DIGEST_HEX);
		c->due = l->seq;
		c->known = true;
	}
	return same_journal(c, id) ? NULL : "belongs to another journal";
}

static const char *wrong_place(const struct journal_check *c,
    const struct journal_line *l)
{
	bool pruned = is_note(l) && journal_pruned(l->text), begins;
	uint64_t first;

	if (l->line != 1)
		return pruned ? "stands for pruned lines in a wrong place"
			      : NULL;
	if (segment_first(l->segment, &first) && first != l->from)
		return "is not the one its segment is named by";
	begins = l->seq == 1 ? journal_begins(l->text)
			     : span_starts(l->text, "# segment ");
	if (!pruned && !begins)
		return "is not the note a segment begins with";
	return c->version ? NULL : "is of a version that is not known";
}

static void accept(struct journal_check *c, const struct journal_line *l)
{
	c->known = true;
	c->due = l->seq + 1;
	memcpy(c->prev, l->chain.p, DIGEST_HEX);
}

/* What has gone must be named by a later note. */
static void take_gap(struct journal_check *c, const struct journal_line *l)
{
	struct span digest;

	if (!is_note(l))
		return;
	if (journal_pruned(l->text))
		gaps_add(&c->gaps, l->from, l->seq, l->chain.p);
	else if (journal_erased(l->text, &digest))
		gaps_add(&c->gaps, l->seq, l->seq, NULL);
	else
		gaps_note(&c->gaps, l->text);
}

const char *check_line(struct journal_check *c, struct journal_line *l)
{
	const char *why, *changed;
	bool known, astray;

	see_version(c, l);
	why = take_note(c, l);
	astray = c->known && l->from != c->due;
	known = c->known && !astray;
	memcpy(c->before, c->prev, DIGEST_HEX);
	l->version = c->version;
	l->before = (struct span){known ? c->before : NULL, DIGEST_HEX};
	if (astray)
		why = wrong_seq(c, l->from);
	else if (!why)
		why = wrong_place(c, l);
	l->digest = (struct span){NULL, DIGEST_HEX};
	if (!c->deferred || why) {
		changed = check_hashes(c->digest, l, c->line);
		why = changed ? changed : why;
		if (!is_note(l) || !journal_pruned(l->text))
			l->digest.p = c->line;
	}
	take_gap(c, l);
	accept(c, l);
	return why;
}

void check_follow(struct journal_check *c, const struct journal_line *l)
{
	see_version(c, l);
	(void)take_note(c, l);
	accept(c, l);
}
