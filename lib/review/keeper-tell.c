/* SPDX-License-Identifier: ISC */
/* The command that is run for each record that is held: one after another, so
 * that a flood of them is none of processes. Up to which it was told stands in
 * a file of the review journal's folder: what is held while no keeper runs is
 * told by the next one, and what one was killed over once more. */
#define _GNU_SOURCE /* memfd_create */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/child.h"
#include "io/launch.h"
#include "io/out.h"
#include "io/timer.h"
#include "review/keeper-internal.h"

static const char nobody[] = "00000000-0000-0000-0000-000000000000";

/* It was told of that one, and all before it. */
static void mark(const struct keeper *k, const char *id)
{
	if (k->teller.mark >= 0 &&
	    pwrite(k->teller.mark, id, UUID_LEN, 0) != UUID_LEN)
		k->config.say("what the command was told cannot be kept: %s",
		    strerror(errno));
}

/* The record, to be read from its beginning; -1 with errno. */
static int input_of(const struct hold *h)
{
	int fd = memfd_create("held", MFD_CLOEXEC);

	if (fd >= 0 && out_write(fd, h->line.data, h->line.len) &&
	    out_write(fd, "\n", 1) && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool start(struct keeper *k, const struct hold *h)
{
	struct teller *t = &k->teller;
	char *command = mem_strdup(k->config.command);
	char shell[] = "sh", flag[] = "-c";
	char *argv[] = {shell, flag, command, NULL};
	char id[sizeof("CUP_ID=") + UUID_LEN] = "CUP_ID=";
	const char *env[] = {id};
	struct launch l = {.path = "/bin/sh", .argv = argv,
	    .in = input_of(h), .out = -1, .env = env, .envs = 1};

	memcpy(id + strlen(id), h->id, UUID_LEN);
	memcpy(t->id, h->id, UUID_LEN);
	t->pid = l.in < 0 ? -1 : launch_start(&l);
	if (t->pid < 0)
		k->config.say("the command cannot be run for '%.*s': %s",
		    UUID_LEN, t->id, strerror(errno));
	else
		timer_in(t->limit, KEEPER_COMMAND);
	if (l.in >= 0)
		close(l.in);
	free(command);
	if (t->pid < 0)
		t->pid = 0;
	return t->pid > 0;
}

static void next(struct keeper *k)
{
	struct teller *t = &k->teller;

	while (!t->pid && t->at < t->count) {
		const struct hold *h = t->queue[t->at++];

		/* Settled meanwhile, it is no news. */
		if (!h->settled && start(k, h))
			return;
		mark(k, h->id);
	}
	if (t->at == t->count)
		t->at = t->count = 0;
}

static void on_child(void *arg)
{
	struct keeper *k = arg;
	struct teller *t = &k->teller;
	struct buf why = BUF_EMPTY;
	int status;

	if (!t->pid || waitpid(t->pid, &status, WNOHANG) != t->pid)
		return;
	timer_stop(t->limit);
	t->pid = 0;
	if (status != 0) {
		child_status_text(&why, status);
		k->config.say("the command failed for '%.*s': %s", UUID_LEN,
		    t->id, buf_str(&why));
	}
	buf_release(&why);
	mark(k, t->id);
	next(k);
}

static void on_limit(void *arg)
{
	struct keeper *k = arg;

	k->config.say("the command takes too long for '%.*s' and is ended",
	    UUID_LEN, k->teller.id);
	kill(-k->teller.pid, SIGKILL);
}

static void open_mark(struct keeper *k)
{
	struct buf path = BUF_EMPTY;

	buf_addf(&path, "%s/told", k->config.to);
	k->teller.mark = open(buf_str(&path),
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (k->teller.mark < 0)
		k->config.say("cannot open '%s': %s", buf_str(&path),
		    strerror(errno));
	buf_release(&path);
}

/* What came since the last keeper was here; the first one begins with what is
 * yet to come. */
static void catch_up(struct keeper *k)
{
	char id[UUID_LEN];
	struct hold *h = k->holds.all;
	ssize_t n = k->teller.mark < 0 ? -1
	    : pread(k->teller.mark, id, UUID_LEN, 0);

	if (n != UUID_LEN) {
		mark(k, k->holds.all_last ? k->holds.all_last->id : nobody);
		return;
	}
	if (memcmp(id, nobody, UUID_LEN) != 0) {
		h = holds_find(&k->holds, (struct span){id, UUID_LEN});
		h = h ? h->after : NULL;
	}
	for (; h; h = h->after) {
		if (!h->settled)
			teller_add(k, h);
	}
}

void teller_open(struct keeper *k)
{
	k->teller.mark = -1;
	if (!k->config.command)
		return;
	k->teller.limit = timer_new(k->base, on_limit, k);
	k->teller.ended = timer_signal(k->base, SIGCHLD, on_child, k);
	open_mark(k);
	catch_up(k);
}

void teller_add(struct keeper *k, struct hold *h)
{
	struct teller *t = &k->teller;

	if (!k->config.command)
		return;
	if (t->count == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 64;
		t->queue = mem_resize(t->queue, t->cap, sizeof(*t->queue));
	}
	t->queue[t->count++] = h;
	next(k);
}

void teller_close(struct keeper *k)
{
	timer_free(k->teller.limit);
	timer_free(k->teller.ended);
	free(k->teller.queue);
	if (k->teller.mark >= 0)
		close(k->teller.mark);
}
