/* SPDX-License-Identifier: ISC */
/* An event loop, by libevent. */
#include "io/loop.h"

#include <event2/event.h>

#include "base/mem.h"

/* The library would say it in its own words, and exit with 1. */
static void no_words(int severity, const char *text)
{
	(void)severity;
	(void)text;
}

static void no_more(int code)
{
	(void)code;
	mem_exhausted();
}

struct event_base *loop_new(void)
{
	struct event_base *base;

	event_set_log_callback(no_words);
	event_set_fatal_callback(no_more);
	base = event_base_new();

	if (!base)
		mem_exhausted();
	return base;
}

void loop_free(struct event_base *base)
{
	event_base_free(base);
}

void loop_run(struct event_base *base)
{
	event_base_dispatch(base);
}

void loop_stop(struct event_base *base)
{
	event_base_loopbreak(base);
}
