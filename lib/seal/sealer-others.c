/* SPDX-License-Identifier: ISC */
/* What others say to the newest checkpoint: witnesses, and an authority. */
#include <errno.h>
#include <string.h>

#include "base/stamp.h"
#include "journal/tree.h"
#include "seal/checkpoint.h"
#include "seal/note.h"
#include "seal/renewed.h"
#include "seal/sealer-internal.h"
#include "seal/store.h"
#include "seal/timestamp.h"

void sealer_recall(struct sealer *s)
{
	struct buf renewed = BUF_EMPTY;
	char name[STORE_NAME];
	struct note n, later;
	bool first, again;

	store_name(name, s->size, RENEWED);
	first = !note_parse(&n, buf_span(&s->note));
	/* What is no renewal of it is written anew. */
	again = first && store_read(s->dir, name, NOTE_MAX, &renewed) &&
	    !note_parse(&later, buf_span(&renewed)) &&
	    span_same(later.text, n.text);
	for (unsigned i = 0; i < s->witnesses; i++) {
		witness_forget(&s->witness[i]);
		if (first)
			witness_find(&s->witness[i], &n);
		if (again)
			witness_find(&s->witness[i], &later);
		s->witness[i].size = s->witness[i].time ? s->size : 0;
	}
	buf_release(&renewed);
}

/* Whether one has to be asked. */
static bool due(const struct sealer *s, const struct witness_at *w)
{
	uint64_t now = (uint64_t)stamp_now() / 1000000;

	return !w->time || (s->renew && w->time + s->renew <= now);
}

/* The first cosignatures become part of the checkpoint. */
static bool keep_first(struct sealer *s, struct span lines)
{
	struct buf note = BUF_EMPTY;
	bool ok;

	buf_addspan(&note, buf_span(&s->note));
	buf_addspan(&note, lines);
	ok = sealer_keep(s, buf_span(&note));
	if (ok) {
		buf_reset(&s->note);
		buf_addspan(&s->note, buf_span(&note));
	}
	buf_release(&note);
	return ok;
}

/* Later ones are beside it: the first ones say since when it was known. */
static bool keep_renewed(struct sealer *s)
{
	struct buf renewed = BUF_EMPTY;
	char name[STORE_NAME];
	struct span line;
	struct note n;
	uint64_t time;
	bool ok;

	errno = EBADMSG;
	if (note_parse(&n, buf_span(&s->note)) ||
	    !note_find(&n, &s->key.verifier, &line, &time))
		return false;
	buf_addspan(&renewed, n.text);
	buf_addc(&renewed, '\n');
	buf_addspan(&renewed, line);
	for (unsigned i = 0; i < s->witnesses; i++)
		buf_addspan(&renewed, buf_span(&s->witness[i].line));
	store_name(name, s->size, RENEWED);
	ok = store_write(s->dir, name, buf_span(&renewed));
	buf_release(&renewed);
	return ok;
}

/* A stamp is over the checkpoint as it was then, with its cosignatures: what
 * has one is not changed any more. */
static bool settled(const struct sealer *s)
{
	return s->timestamp && s->stamped;
}

static void cosign(struct sealer *s)
{
	const struct witnessed w = {.note = buf_span(&s->note),
	    .size = s->size, .source = tree_node, .tree = s->tree,
	    .stop = s->stop};
	struct buf first = BUF_EMPTY, why = BUF_EMPTY;
	bool renewed = false;

	for (unsigned i = 0; i < s->witnesses; i++) {
		struct witness_at *at = &s->witness[i];
		bool again = at->time || settled(s);
		const char *wrong;

		if (!due(s, at))
			continue;
		wrong = witness_ask(at, &w, &why);
		if (wrong)
			s->say("journal '%s': witness '%s' %s", s->journal,
			    at->key.name, wrong);
		else if (again)
			renewed = true;
		else
			buf_addspan(&first, buf_span(&at->line));
	}
	if ((first.len && !keep_first(s, buf_span(&first))) ||
	    (renewed && !keep_renewed(s)))
		s->say("journal '%s': cannot keep cosignatures: %s",
		    s->journal, strerror(errno));
	buf_release(&first);
	buf_release(&why);
}

static void stamp(struct sealer *s)
{
	struct buf token = BUF_EMPTY, why = BUF_EMPTY;
	char name[STORE_NAME];
	const char *wrong = timestamp_ask(s->timestamp, buf_span(&s->note),
	    s->stop, &token, &why);

	store_name(name, s->size, ".tsr");
	if (!wrong && !store_write(s->dir, name, buf_span(&token)))
		wrong = strerror(errno);
	if (wrong)
		s->say("journal '%s': no time stamp: '%s' %s", s->journal,
		    s->timestamp, wrong);
	s->stamped = !wrong;
	buf_release(&token);
	buf_release(&why);
}

void sealer_show_others(struct sealer *s)
{
	cosign(s);
	if (!s->stamped)
		stamp(s);
}
