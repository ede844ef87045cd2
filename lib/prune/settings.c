/* SPDX-License-Identifier: ISC */
/* What cup-prune is asked for. */
#include "prune/settings.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/uuid.h"

enum { WHY_MAX = 256 };

/* It stands in notes, which are lines of words. */
static bool why_valid(const char *why)
{
	size_t n = strlen(why);

	return n && n <= WHY_MAX && utf8_line(why, n) == n &&
	    !strchr(why, '\t') && !strchr(why, 127);
}

static const char *erasure_mistake(const struct prune_settings *s)
{
	if (s->erase && s->erase_with)
		return "'--erase' and '--erase-with' exclude one another";
	if (!s->erase && !s->erase_with)
		return s->why ? "'--why' goes with '--erase' or '--erase-with'"
			      : NULL;
	if (!s->why)
		return "an erasure needs '--why'";
	if (!why_valid(s->why))
		return "option '--why': is empty, too long, not UTF-8 or has a "
		       "control character";
	if (s->erase && !uuid_valid(s->erase, strlen(s->erase)))
		return "option '--erase': is no id of a record";
	return s->keeps.count ? "keep or erase, one at a time" : NULL;
}

static const char *mistake(const struct prune_settings *s)
{
	bool erases = s->erase || s->erase_with;

	if (s->node && (s->journals.count || s->keeps.count ||
			   s->hold_files.count))
		return "'--node' says itself which journals, how long and what "
		       "is held";
	if (!s->node && !s->journals.count)
		return "no journal given";
	if (s->holds && (s->yes || erases))
		return "'--holds' only lists";
	if (s->holds && !s->node && !s->hold_files.count)
		return "'--holds' needs '--hold-file'";
	if (!s->node && !s->holds && !erases && !s->keeps.count)
		return "neither '--keep', '--keep-for', '--erase' nor "
		       "'--erase-with' says what to do";
	return NULL;
}

const char *prune_settings_mistake(const struct prune_settings *s)
{
	const char *is = erasure_mistake(s);

	return is ? is : mistake(s);
}

void prune_settings_release(struct prune_settings *s)
{
	keeps_release(&s->keeps);
	args_release(&s->hold_files);
	args_release(&s->journals);
	free(s->node);
	free(s->erase);
	free(s->erase_with);
	free(s->why);
}
