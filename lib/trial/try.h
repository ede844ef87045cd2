/* SPDX-License-Identifier: ISC */
/* Records, as a journal has them, decided by two policies: from standard input,
 * what differs to standard output. */
#ifndef TRIAL_TRY_H
#define TRIAL_TRY_H

#include <stdbool.h>

#include "policy/policy.h"
#include "trial/report.h"

struct trial {
	struct policy *before, *after; /* ready */
	const struct report_format *format;
	bool shown; /* how far it is, on standard error */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
};

/* Until the end of standard input; what is wrong is said. Returns an exit
 * status: 1 where something differs. */
int trial_run(const struct trial *);

#endif
