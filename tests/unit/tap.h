/* SPDX-License-Identifier: ISC */
/* Tests in the Test Anything Protocol: a line each, the plan at the end. */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>
#include <stdio.h>

#include "base/span.h"

static int tap_count, tap_failed;

static inline bool tap_ok(bool ok, const char *name, const char *file, int line)
{
	tap_count++;
	tap_failed += !ok;
	printf("%sok %d - %s\n", ok ? "" : "not ", tap_count, name);
	if (!ok)
		printf("# %s:%d\n", file, line);
	return ok;
}

static inline void tap_same(struct span got, struct span want, const char *name,
    const char *file, int line)
{
	if (!tap_ok(
		!got.p == !want.p && span_same(got, want), name, file, line))
		printf("# got:  '%.*s'\n# want: '%.*s'\n", SPAN_ARG(got),
		    SPAN_ARG(want));
}

#define OK(condition, name) tap_ok(condition, name, __FILE__, __LINE__)

/* Of strings: NULL is the same as NULL only. */
#define SAME(got, want, name)                                                  \
	tap_same(span_of(got), span_of(want), name, __FILE__, __LINE__)
#define SAME_SPAN(got, want, name)                                             \
	tap_same(got, span_of(want), name, __FILE__, __LINE__)

/* What main returns. */
static inline int tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed > 0;
}

#endif
