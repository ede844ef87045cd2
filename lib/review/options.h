/* SPDX-License-Identifier: ISC */
/* The options of cup-review, by name, and whether they go together. */
#ifndef REVIEW_OPTIONS_H
#define REVIEW_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "record/review.h"
#include "review/reviewers.h"

/* A row for --help. */
struct review_option {
	const char *name;
	char letter;
	const char *argument; /* NULL: it has none */
	const char *help;
	size_t at; /* in the settings; what has a way of its own: 0 */
	bool flag;
};

enum { REVIEW_OPTIONS = 19 };
extern const struct review_option review_options[REVIEW_OPTIONS];

struct words {
	char **word;
	size_t count;
};

struct review_settings {
	int settled, reviews, interactive, release, refuse, note;
	char *escalate, *why, *to, *node, *socket, *serve, *stage, *group,
	    *key, *command;
	uint64_t context;
	bool context_set;
	struct words policies, ids, journals;
	struct reviewers reviewers;
};

void review_settings_release(struct review_settings *);

/* Set the option of that row; value (NULL where it has none) is copied. False
 * with the reason appended to why. */
bool review_set(struct review_settings *, size_t row, const char *value,
    struct buf *why);

/* Add an operand, when all options are set: where something is settled, an id
 * is one. */
void review_add(struct review_settings *, const char *operand);

/* Whether something is to be settled, by these options; and what: then *verdict
 * is set. */
bool review_settling(const struct review_settings *,
    enum review_verdict *verdict);

/* Whether all that was set goes together. False with the reason appended to
 * why. */
bool review_finish(const struct review_settings *, struct buf *why);

#endif
