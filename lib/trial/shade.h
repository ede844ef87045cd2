/* SPDX-License-Identifier: ISC */
/* The process beside a stage: it decides by another policy what the stage hands
 * it, and writes what that would have done otherwise. */
#ifndef TRIAL_SHADE_H
#define TRIAL_SHADE_H

#include "policy/policy.h"

struct shade {
	struct policy *policy; /* ready */
	/* Where to: a file, or a journal by the program writer. */
	const char *file, *journal, *writer;
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
};

/* Until the end of standard input; what is wrong is said. Returns an exit
 * status. */
int shade_run(const struct shade *);

#endif
