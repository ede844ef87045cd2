/* SPDX-License-Identifier: ISC */
/* An event loop, by libevent. */
#include "loop.h"

#include <event2/event.h>

#include "mem.h"

struct event_base *loop_new(void)
{
	struct event_base *base = event_base_new();

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
