/* SPDX-License-Identifier: ISC */
/* The heartbeat of a pipeline. */
#include <string.h>

#include "base/stamp.h"
#include "base/uuid.h"
#include "io/timer.h"
#include "pipeline/internal.h"

/* Also asked for again while it is not back: where a stage behind the first
 * has died, only writing to it ends the others. */
static void send_ping(struct run *r)
{
	char line[sizeof("# ping \n") + TOKEN_LEN];
	size_t n = 7;

	memcpy(line, "# ping ", n);
	memcpy(line + n, r->token, TOKEN_LEN);
	n += TOKEN_LEN;
	line[n++] = '\n';
	channel_write(r->channel, (struct span){line, n});
	r->ping_again = timer_now() + PING_AGAIN;
}

void run_ping(struct run *r)
{
	uuid_token(r->token, TOKEN_LEN);
	send_ping(r);
	r->pinged = true;
	r->ping_at = timer_now();
	r->ping_stamp = stamp_now();
}

/* A stage that waits for its input does not see that the next one has died:
 * it learns it by writing, then the one before it by the same. */
void run_stirred(struct run *r)
{
	if (r->finished)
		return;
	if (r->pinged)
		send_ping(r);
	else
		run_ping(r);
}

bool run_pong(struct pipeline *p, struct run *r, struct span line)
{
	if (!r->pinged || !span_starts(line, "# ping ") ||
	    !span_is((struct span){line.p + 7, line.n - 7}, r->token))
		return false;
	r->pinged = false;
	p->rtt = stamp_now() - r->ping_stamp;
	return !r->answered;
}

const char *run_beat(struct pipeline *p, struct run *r, int64_t now)
{
	int64_t silent = now - (r->pinged ? r->ping_at : r->heard);

	if (!r->opened)
		return now - r->since > PING_LATE ? "it cannot be reached"
						  : NULL;
	if (!r->pinged && silent >= PING_IDLE)
		run_ping(r);
	else if (r->pinged && now >= r->ping_again && !r->finished &&
	    !channel_backlog(r->channel))
		send_ping(r);
	if (!r->pinged || now - r->heard < PING_LATE ||
	    now - r->ping_at < PING_LATE)
		return NULL;
	if (!r->late && !r->answered)
		p->config.say("%s does not send back '# ping': a stage "
			      "buffers or drops lines that begin with '#'",
		    p->config.name);
	else if (!r->late)
		p->config.say("%s is silent", p->config.name);
	r->late = true;
	if (p->config.remote && now - r->heard > REMOTE_DEAD)
		return "it was silent for too long";
	return NULL;
}
