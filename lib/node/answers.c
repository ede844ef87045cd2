/* SPDX-License-Identifier: ISC */
/* A running node: answering those who ask, on its control socket. A request is
 * a line; the answer is lines, the last one "exit CODE". */
#include "node/internal.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/endpoint.h"

enum { REQUEST_MAX = 64, CLOSE = 5000, ASKERS_MAX = 64 };

enum waiting { WAITS_FOR_NOTHING, WAITS_FOR_RELOAD, WAITS_FOR_STATUS,
	WAITS_FOR_END };

struct asker {
	struct link *link;
	struct node *node;
	struct asker *next;
	struct buf request;
	enum waiting waits;
};

static void drop(struct asker *a)
{
	struct asker **at = &a->node->askers;

	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	link_free(a->link);
	buf_release(&a->request);
	free(a);
}

static void answer(struct asker *a, const char *lines, int code)
{
	struct buf b = BUF_EMPTY;

	buf_addf(&b, "%sexit %d\n", lines, code);
	link_write(a->link, b.data, b.len);
	link_close(a->link, CLOSE);
	a->link = NULL;
	buf_release(&b);
	drop(a);
}

static void take_request(struct asker *a)
{
	struct node *n = a->node;
	const char *r = buf_str(&a->request);

	if (strcmp(r, "status") == 0) {
		a->waits = WAITS_FOR_STATUS;
		status_sample(n);
	} else if (strcmp(r, "reload") == 0 && !n->stopping) {
		a->waits = WAITS_FOR_RELOAD;
		reload_begin(n);
	} else if (strcmp(r, "stop") == 0) {
		a->waits = WAITS_FOR_END;
		if (!n->stopping)
			node_stop(n);
	} else {
		answer(a, n->stopping ? "the node is stopping\n"
				      : "unknown request\n",
		    n->stopping ? EX_TEMPFAIL : EX_USAGE);
	}
}

static void on_step(struct link *l, void *arg, enum link_step step)
{
	(void)l;
	(void)arg;
	(void)step;
}

static void on_data(struct link *l, void *arg, const char *p, size_t len)
{
	struct asker *a = arg;
	char *end;

	(void)l;
	if (a->waits != WAITS_FOR_NOTHING)
		return;
	buf_add(&a->request, p, len);
	end = memchr(a->request.data, '\n', a->request.len);
	if (end) {
		a->request.len = (size_t)(end - a->request.data);
		take_request(a);
	} else if (a->request.len > REQUEST_MAX) {
		drop(a);
	}
}

static void on_end(struct link *l, void *arg, enum link_end end,
    const char *why)
{
	struct asker *a = arg;

	(void)l;
	(void)why;
	/* Who has asked may end its own direction. */
	if (end == LINK_FAILED || a->waits == WAITS_FOR_NOTHING)
		drop(a);
}

static size_t count_askers(const struct node *n)
{
	size_t count = 0;

	for (const struct asker *a = n->askers; a; a = a->next)
		count++;
	return count;
}

static void on_asked(int fd, short what, void *arg)
{
	static const struct link_owner owner = {
	    .step = on_step, .data = on_data, .end = on_end};
	struct node *n = arg;
	struct endpoint_user user;
	struct asker *a;
	int c;

	(void)what;
	while ((c = address_accept(fd, NULL)) >= 0) {
		if (!endpoint_user(c, &user) ||
		    (user.uid != geteuid() && user.uid != 0) ||
		    count_askers(n) >= ASKERS_MAX) {
			close(c);
			continue;
		}
		a = mem_zalloc(sizeof(*a));
		*a = (struct asker){.node = n, .next = n->askers};
		n->askers = a;
		a->link = link_new(n->loop, c, &owner, a);
		link_resume(a->link);
	}
}

static void answer_all(struct node *n, enum waiting waits, const char *lines,
    int code)
{
	struct asker *next;

	for (struct asker *a = n->askers; a; a = next) {
		next = a->next;
		if (a->waits == waits)
			answer(a, lines, code);
	}
}

static void on_reloaded(struct node *n, const char *lines, int code)
{
	answer_all(n, WAITS_FOR_RELOAD, lines, code);
}

static void on_sampled(struct node *n)
{
	struct buf b = BUF_EMPTY;

	status_text(n, &b);
	answer_all(n, WAITS_FOR_STATUS, buf_str(&b),
	    strcmp(node_state_word(n), "up") != 0);
	buf_release(&b);
}

void control_begin(struct node *n)
{
	n->on_reloaded = on_reloaded;
	n->on_sampled = on_sampled;
	n->asked = node_event(n, n->control_listening.fds[0],
	    EV_READ | EV_PERSIST, on_asked, n);
	event_add(n->asked, NULL);
}

void control_end(struct node *n)
{
	node_event_free(&n->asked);
	while (n->askers)
		drop(n->askers);
}
