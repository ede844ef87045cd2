/* SPDX-License-Identifier: ISC */
/* The proxy as a whole: its listeners, its clock, its beginning and end. */
#include "live/proxy.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "io/loop.h"
#include "live/proxy-loop.h"

struct proxy *proxy_new(const struct proxy_options *o, struct buf *why,
    int *code)
{
	struct event_base *base = loop_new();
	struct proxy *p;

	*code = EX_OSERR;
	p = proxy_open(base, o, why, code);
	if (!p)
		event_base_free(base);
	return p;
}

void proxy_run(struct proxy *p)
{
	struct event_base *base = proxy_base(p);

	while (!proxy_finished(p))
		event_base_loop(base, EVLOOP_ONCE);
}

void proxy_free(struct proxy *p)
{
	struct event_base *base;

	if (!p)
		return;
	base = proxy_base(p);
	proxy_close(p);
	event_base_free(base);
	libevent_global_shutdown();
}
