/* SPDX-License-Identifier: ISC */
/* What cup-filter is asked for. */
#include "trial/settings.h"

#include <stdbool.h>
#include <stdlib.h>

static const char *check_mistake(const struct filter_settings *s)
{
	if (s->check && s->explain)
		return "--check and --explain do not go together";
	if (s->check && s->anew)
		return "--check and --anew do not go together";
	if (s->save && !s->check)
		return "--save goes with --check";
	if (s->events && !s->check)
		return "--events goes with --check";
	return s->save && s->snapshot
	    ? "--save and --snapshot do not go together"
	    : NULL;
}

/* Of what is tried beside, or after. */
static const char *trial_mistake(const struct filter_settings *s)
{
	bool tries = s->compare.count, shadowed = s->shadow.count;

	if (tries && (s->check || s->explain || s->anew || s->snapshot ||
			 shadowed))
		return "--compare goes with --output alone";
	if (s->format && !tries)
		return "--output goes with --compare";
	if (shadowed && (s->check || s->explain || s->anew))
		return "--shadow goes with neither --check, --explain nor "
		       "--anew";
	if ((s->files != NULL) != (s->urls.count > 0))
		return "--files and --file-url go together";
	if (shadowed != (s->shadow_file || s->shadow_journal) ||
	    (s->shadow_file && s->shadow_journal))
		return "--shadow goes with either --shadow-file or "
		       "--shadow-journal";
	return NULL;
}

const char *filter_settings_mistake(const struct filter_settings *s)
{
	const char *is = s->policies.count ? check_mistake(s)
					   : "no policy given";

	return is ? is : trial_mistake(s);
}

void filter_settings_release(struct filter_settings *s)
{
	free(s->save);
	free(s->snapshot);
	free(s->events);
	free(s->files);
	free(s->shadow_file);
	free(s->shadow_journal);
	args_release(&s->policies);
	args_release(&s->compare);
	args_release(&s->shadow);
	args_release(&s->urls);
}
