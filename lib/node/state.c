/* SPDX-License-Identifier: ISC */
/* What all parts of a running node use: its timers, its state, and the word of
 * it to whom it may concern. */
#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/notify.h"
#include "node/conf-sense.h"
#include "node/internal.h"
#include "node/reviews.h"
#include "record/traffic.h"

enum { SETTLED = 300 }; /* milliseconds after which a state is told */

int64_t node_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct event *node_event(struct node *n, int fd, short what,
    void (*fn)(int, short, void *), void *arg)
{
	struct event *e = event_new(n->base, fd, what, fn, arg);

	if (!e)
		mem_exhausted();
	return e;
}

void node_in(struct event *timer, uint64_t ms)
{
	struct timeval t = {(time_t)(ms / 1000),
	    (suseconds_t)(ms % 1000 * 1000)};

	event_add(timer, &t);
}

void node_event_free(struct event **e)
{
	if (*e)
		event_free(*e);
	*e = NULL;
}

void node_failed(struct node *n, const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	buf_reset(&n->failure);
	buf_adds(&n->failure, text);
	n->o.say("%s: %s", n->o.name, text);
}

void node_notify(struct node *n, const char *format, ...)
{
	char text[NOTIFY_MAX];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	notify_send(n->o.notify, text);
}

/* The value of a key in lines "KEY VALUE". */
struct span sample_value(const struct buf *lines, const char *key)
{
	struct span rest = buf_span(lines);
	size_t len = strlen(key);

	while (rest.n) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t n = end ? (size_t)(end - rest.p) : rest.n;

		if (n > len && memcmp(rest.p, key, len) == 0 &&
		    rest.p[len] == ' ')
			return (struct span){rest.p + len + 1, n - len - 1};
		n += end != NULL;
		rest = (struct span){rest.p + n, rest.n - n};
	}
	return (struct span){NULL, 0};
}

const char *node_state_word(const struct node *n)
{
	struct span pipeline = span_of(n->pipeline_word);

	if (n->stopping)
		return "stopping";
	if (n->intercept_state == SERVICE_FAILED ||
	    n->keeper.state == SERVICE_FAILED ||
	    n->upload.state == SERVICE_FAILED ||
	    (n->pipeline_state == SERVICE_FAILED && !n->runs))
		return "failed";
	if (n->intercept_state == SERVICE_STARTING && n->intercept_starts == 1)
		return "starting";
	if (n->intercept_state != SERVICE_UP ||
	    n->pipeline_state != SERVICE_UP ||
	    n->keeper.state == SERVICE_WAITING ||
	    n->upload.state == SERVICE_WAITING ||
	    n->sealer.state == SERVICE_WAITING ||
	    n->sealer.state == SERVICE_FAILED)
		return "degraded";
	if (!n->pipeline_starts)
		return "starting";
	if (!n->runs || span_is(pipeline, "down"))
		return "degraded";
	return span_is(pipeline, "starting") ? "starting" : "up";
}

static void tell(struct node *n)
{
	const char *state = node_state_word(n);

	event_del(n->tell_timer);
	if (n->told == state)
		return;
	n->told = state;
	n->o.say("%s: is %s", n->o.name, state);
	if (strcmp(state, "up") == 0)
		node_notify(n, "STATUS=up");
	else
		node_notify(n, "STATUS=%s: %.*s", state, (int)n->failure.len,
		    n->failure.data ? n->failure.data : "");
}

void node_on_tell(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	tell(arg);
}

void node_tell(struct node *n)
{
	if (!n->ready && n->intercept_state != SERVICE_STARTING &&
	    n->intercept_state != SERVICE_DOWN && !n->stopping) {
		n->ready = true;
		node_notify(n, "READY=1\nMAINPID=%ld", (long)getpid());
	}
	/* What comes and goes at once is not worth a line. */
	if (n->stopping)
		tell(n);
	else if (n->told != node_state_word(n))
		node_in(n->tell_timer, SETTLED);
}

static void warn_of_skips(const struct node *n)
{
	struct chain chain;

	chain_read(&chain, &n->conf);
	for (size_t i = 0; i < chain.links; i++) {
		if (chain.link[i].skipped)
			n->o.say("%s: UNSAFE: '%.*s' is not asked while it is "
				 "down", n->o.name,
			    SPAN_ARG(chain.link[i].name));
	}
}

static void warn_of_releases(const struct node *n)
{
	const char *key = reviews_doubtful(&n->conf);

	if (key)
		n->o.say("%s: %s: " REVIEWS_DOUBT, n->o.name, key);
	if (reviews_kept(&n->conf) != reviews_kept(&n->start) &&
	    reviews_delivered(&n->start))
		n->o.say("%s: compliance changed: what is released waits for a "
			 "restart", n->o.name);
}

void node_warn(struct node *n)
{
	if (conf_is(&n->conf, "compliance", "none"))
		n->o.say("%s: ANYTHING IS LET THROUGH: compliance is none",
		    n->o.name);
	if (conf_is(&n->start, "on-failure", "pass"))
		n->o.say("%s: UNSAFE: what is not decided in time is let "
			 "through", n->o.name);
	if (!(conf_events(&n->start) & TRAFFIC_MESSAGE))
		n->o.say("%s: UNSAFE: messages are let through unjudged: "
			 "events is %s", n->o.name,
		    conf_get(&n->start, "events"));
	warn_of_skips(n);
	warn_of_releases(n);
	if (geteuid() == 0)
		n->o.say("%s: runs as root: set user", n->o.name);
}

void node_done(struct node *n)
{
	if (!n->stopping || n->intercept || n->runs || n->upload.pid ||
	    n->sealer.pid)
		return;
	/* Last: it takes down what became of what was released. */
	if (!keeper_stop(&n->keeper, false))
		event_base_loopbreak(n->base);
}
