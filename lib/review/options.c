/* SPDX-License-Identifier: ISC */
/* cup-review's options, from text. */
#include "review/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/quantity.h"
#include "base/uuid.h"
#include "io/address.h"
#include "record/node-name.h"
#include "review/context.h"

#define FLAG(f) offsetof(struct review_settings, f), true
#define TEXT(f) offsetof(struct review_settings, f), false
#define OWN 0, false

const struct review_option review_options[REVIEW_OPTIONS] = {
    {"settled", '\0', NULL, "List what was settled, not what is held",
	FLAG(settled)},
    {"reviews", '\0', NULL, "List with each what was said of it",
	FLAG(reviews)},
    {"context", '\0', "N",
	"With N messages of the conversation before and after", OWN},
    {"policy", '\0', "FILE", "Say what was held by another policy than this",
	OWN},
    {"interactive", 'i', NULL, "Go through what is held one by one",
	FLAG(interactive)},
    {"release", '\0', NULL, "Let the records with these ids out",
	FLAG(release)},
    {"refuse", '\0', NULL, "Refuse them", FLAG(refuse)},
    {"escalate", '\0', "USER", "Have only USER settle them", TEXT(escalate)},
    {"note", '\0', NULL, "Put --why on record, no more", FLAG(note)},
    {"why", '\0', "TEXT", "In the reviewer's words", TEXT(why)},
    {"to", '\0', "REVIEW-JOURNAL", "The review journal", TEXT(to)},
    {"node", '\0', "NODE", "Ask this node's keeper; serve this node",
	TEXT(node)},
    {"socket", '\0', "ADDRESS", "Ask the keeper there", TEXT(socket)},
    {"serve", '\0', "ADDRESS", "Be the keeper of a journal", TEXT(serve)},
    {"stage", '\0', "ADDRESS", "Be that keeper's stage in a pipeline",
	TEXT(stage)},
    {"group", '\0', "GROUP", "Members of GROUP may settle", TEXT(group)},
    {"reviewer", '\0', "USER=JID", "USER writes as JID (repeatable)", OWN},
    {"key", '\0', "FILE", "Make proofs with the key in this file", TEXT(key)},
    {"command", '\0', "COMMAND", "Run this for each that is held",
	TEXT(command)},
};

static void add(struct words *w, const char *s)
{
	w->word = mem_resize(w->word, w->count + 1, sizeof(char *));
	w->word[w->count++] = mem_strdup(s);
}

static bool set_own(struct review_settings *s, const char *name,
    const char *value, struct buf *why)
{
	if (strcmp(name, "policy") == 0) {
		add(&s->policies, value);
		return true;
	}
	if (strcmp(name, "reviewer") == 0) {
		if (reviewers_add(&s->reviewers, value))
			return true;
		buf_adds(why, "is not USER=JID");
		return false;
	}
	s->context_set = true;
	if (quantity_number(value, &s->context) &&
	    s->context <= CONTEXT_MAX)
		return true;
	buf_addf(why, "is not from 0 to %d", CONTEXT_MAX);
	return false;
}

bool review_set(struct review_settings *s, size_t row, const char *value,
    struct buf *why)
{
	const struct review_option *o = &review_options[row];
	void *at = (char *)s + o->at;

	if (o->flag) {
		*(int *)at = 1;
	} else if (o->at) {
		free(*(char **)at);
		*(char **)at = mem_strdup(value);
	} else {
		return set_own(s, o->name, value, why);
	}
	return true;
}

bool review_settling(
    const struct review_settings *s, enum review_verdict *verdict)
{
	if (s->release)
		*verdict = REVIEW_RELEASE;
	else if (s->refuse)
		*verdict = REVIEW_REFUSE;
	else if (s->escalate)
		*verdict = REVIEW_ESCALATE;
	else if (s->note)
		*verdict = REVIEW_NOTE;
	else
		return false;
	return true;
}

void review_add(struct review_settings *s, const char *operand)
{
	enum review_verdict v;
	bool id = review_settling(s, &v) &&
	    uuid_valid(operand, strlen(operand));

	add(id ? &s->ids : &s->journals, operand);
}

static const char *check_address(const char *text)
{
	const char *why = "a keeper is at unix:PATH";
	struct address a;

	if (!text)
		return NULL;
	if (!address_parse(&a, text, &why))
		return why;
	if (a.kind == ADDRESS_UNIX)
		why = NULL;
	address_release(&a);
	return why;
}

/* What is wrong with what is asked for, or NULL. */
static const char *check(const struct review_settings *s)
{
	int verdicts = s->release + s->refuse + s->note + (s->escalate != NULL);
	bool keeper = s->serve || s->stage;

	if ((s->serve != NULL) + (s->stage != NULL) + s->interactive +
		verdicts > 1)
		return "only one of --serve, --stage, -i, --release, "
		       "--refuse, --escalate and --note at a time";
	if (verdicts && !s->ids.count)
		return "no id given";
	if ((s->refuse || s->note) && !s->why)
		return "--refuse and --note need a --why";
	if (s->serve && (!s->to || s->journals.count != 1))
		return "--serve needs one JOURNAL and --to";
	if (s->stage && s->journals.count)
		return "--stage takes no operands";
	if (s->command && !s->serve)
		return "--command goes with --serve";
	if (keeper)
		return NULL;
	if ((verdicts || s->interactive) && !s->node && !s->socket && !s->to)
		return "whom to tell? --node, --socket or --to says so";
	if (!s->journals.count && !s->socket && (!s->node || s->to))
		return "no journal given, and no --node or --socket";
	if (!s->journals.count && !verdicts && s->settled)
		return "--settled needs a JOURNAL: a keeper tells only what is "
		       "held";
	if (!s->journals.count && !verdicts && !s->interactive && s->context)
		return "--context needs a JOURNAL: a keeper tells only what is "
		       "held";
	return NULL;
}

bool review_finish(const struct review_settings *s, struct buf *why)
{
	const char *const addresses[] = {s->serve, s->stage, s->socket};
	const char *bad = check(s);

	if (bad) {
		buf_adds(why, bad);
		return false;
	}
	for (int i = 0; i < 3; i++) {
		bad = check_address(addresses[i]);
		if (bad)
			buf_addf(why, "address '%s': %s", addresses[i], bad);
	}
	if (s->node && (!node_name_valid(s->node) || strchr(s->node, '/')))
		buf_addf(why, "'%s' cannot be the name of a node", s->node);
	return !why->len;
}

static void release(struct words *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->word[i]);
	free(w->word);
}

void review_settings_release(struct review_settings *s)
{
	for (size_t i = 0; i < REVIEW_OPTIONS; i++) {
		const struct review_option *o = &review_options[i];

		if (o->at && !o->flag)
			free(*(char **)(void *)((char *)s + o->at));
	}
	release(&s->policies);
	release(&s->ids);
	release(&s->journals);
	reviewers_release(&s->reviewers);
}
