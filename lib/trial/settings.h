/* SPDX-License-Identifier: ISC */
/* What cup-filter is asked for, and whether it goes together. */
#ifndef TRIAL_SETTINGS_H
#define TRIAL_SETTINGS_H

#include "base/args.h"
#include "trial/report.h"

struct filter_settings {
	int check, explain, anew;
	char *save, *snapshot, *shadow_file, *shadow_journal, *events, *files;
	struct args policies, compare, shadow; /* the latter are other ones */
	struct args urls;		       /* that lead to files */
	const struct report_format *format;
};

/* What of it does not go together, a constant; NULL: all does. */
const char *filter_settings_mistake(const struct filter_settings *);

void filter_settings_release(struct filter_settings *);

#endif
