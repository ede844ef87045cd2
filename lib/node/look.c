/* SPDX-License-Identifier: ISC */
/* A running node: asking one of its programs how it does, without waiting. */
#include "node/internal.h"

#include <event2/event.h>
#include <stdlib.h>

enum { PATIENCE = 1000, ANSWER_MAX = 256 * 1024 };

static void finish(struct look *l, bool whole)
{
	link_free(l->link);
	l->link = NULL;
	event_del(l->timeout);
	if (!whole)
		buf_reset(&l->said);
	l->seen(l->node, l);
}

static void on_step(struct link *link, void *arg, enum link_step step)
{
	struct look *l = arg;

	if (step != LINK_CONNECTED)
		return;
	if (l->request)
		link_write(link, l->request, strlen(l->request));
	link_resume(link);
}

static void on_data(struct link *link, void *arg, const char *p, size_t len)
{
	struct look *l = arg;

	(void)link;
	buf_add(&l->said, p, len);
	if (l->said.len > ANSWER_MAX)
		finish(l, false);
}

static void on_end(struct link *link, void *arg, enum link_end end,
    const char *why)
{
	(void)link;
	(void)why;
	finish(arg, end == LINK_PEER_ENDED);
}

static void on_timeout(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	finish(arg, false);
}

void look_begin(struct look *l)
{
	static const struct link_owner owner = {
	    .step = on_step, .data = on_data, .end = on_end};
	struct node *n = l->node;
	char *path = commands_path(n->o.run_dir, n->o.name, l->socket);
	struct buf text = BUF_EMPTY;
	const char *why;
	struct address a;
	int fd = -1;

	if (!l->timeout)
		l->timeout = node_event(n, -1, 0, on_timeout, l);
	buf_reset(&l->said);
	buf_addf(&text, "unix:%s", path);
	if (address_parse(&a, buf_str(&text), &why)) {
		fd = address_connect(&a, 0);
		address_release(&a);
	}
	buf_release(&text);
	free(path);
	if (fd < 0) {
		finish(l, false);
		return;
	}
	l->link = link_new(n->loop, fd, &owner, l);
	link_connecting(l->link);
	node_in(l->timeout, PATIENCE);
}

void look_release(struct look *l)
{
	link_free(l->link);
	node_event_free(&l->timeout);
	buf_release(&l->said);
}
