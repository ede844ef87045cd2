/* SPDX-License-Identifier: ISC */
/* Compliance servers that speak HTTP, as cup-http(5) says. */
#include "broker-parts.h"

static bool set(struct judge *j, const char **why)
{
	(void)j;
	*why = "not yet";
	return false;
}

const struct judge_kind judge_http = {.set = set};
