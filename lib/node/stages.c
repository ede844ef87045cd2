/* SPDX-License-Identifier: ISC */
/* One run of a pipeline. */
#define _GNU_SOURCE /* POLLRDHUP */
#include "node/stages.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/launch.h"
#include "io/out.h"
#include "io/program.h"

static bool joint(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	out_pipe_size(ends[1]);
	return true;
}

static bool start_stage(struct stages *s, const struct args *a,
    const struct launch *launch)
{
	struct stage *stage = &s->stage[s->count];
	const char *slash = strrchr(a->word[0], '/');

	stage->pid = launch_start(launch);
	if (stage->pid < 0)
		return false;
	stage->name = mem_strdup(slash ? slash + 1 : a->word[0]);
	stage->running = true;
	s->count++;
	return true;
}

bool stages_start(struct stages *s, const struct commands *w,
    char *const *paths, int fd, const char *const *env, size_t envs)
{
	int in = fd, error = 0;
	bool ok = true;

	*s = (struct stages){.fd = fd};
	for (size_t i = 0; ok && i < w->stages; i++) {
		struct launch launch = {.path = paths[i],
		    .argv = w->stage[i].word, .in = in, .out = fd,
		    .env = env, .envs = envs};
		int ends[2] = {-1, -1};

		if (i + 1 < w->stages) {
			ok = joint(ends);
			launch.out = ends[1];
		}
		ok = ok && start_stage(s, &w->stage[i], &launch);
		error = errno;
		if (!ok)
			buf_addf(&s->why, "%s cannot be started: %s",
			    w->stage[i].word[0], strerror(error));
		if (ends[1] >= 0)
			close(ends[1]);
		if (in != fd && in >= 0)
			close(in);
		in = ends[0];
	}
	if (in != fd && in >= 0)
		close(in);
	if (ok)
		return true;
	/* What was started has lost its neighbours already. */
	s->end = error == ENOENT || error == EACCES || error == ENOEXEC
	    ? STAGES_HOPELESS
	    : STAGES_BROKEN;
	stages_kill(s, SIGTERM);
	return false;
}

bool stages_take(struct stages *s, pid_t pid, int status)
{
	for (size_t i = 0; i < s->count; i++) {
		struct stage *stage = &s->stage[i];

		if (stage->pid != pid || !stage->running)
			continue;
		stage->running = false;
		stage->fresh = true;
		stage->status = status;
		return true;
	}
	return false;
}

bool stages_hopeless(int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

	return code == EX_USAGE || code == EX_UNAVAILABLE ||
	    code == EX_CONFIG || code == 126 || code == 127;
}

static short events(const struct stages *s)
{
	struct pollfd f = {s->fd, POLLRDHUP, 0};

	return poll(&f, 1, 0) > 0 ? f.revents : 0;
}

bool stages_draining(const struct stages *s)
{
	return events(s) & (POLLRDHUP | POLLHUP);
}

bool stages_deserted(const struct stages *s)
{
	return events(s) & POLLHUP;
}

/* Whether the input of a stage has ended, so that it may end, too. All that
 * ended before it were taken before this is asked. */
static bool may_end(const struct stages *s, size_t i)
{
	return i ? !s->stage[i - 1].running : stages_draining(s);
}

/* What a stage ends with that did all it could with all it got. */
static bool finished(int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	/* 1: the gate withheld records; 65: some were malformed. */
	return code == EX_OK || code == 1 || code == EX_DATAERR;
}

static void broke(struct stages *s, size_t i)
{
	const struct stage *stage = &s->stage[i];

	s->end = stages_hopeless(stage->status) ? STAGES_HOPELESS
						: STAGES_BROKEN;
	buf_reset(&s->why);
	buf_addf(&s->why, "%s ", stage->name);
	if (finished(stage->status) && WEXITSTATUS(stage->status) == EX_OK)
		buf_adds(&s->why, "ended before its input did");
	else
		program_status(&s->why, stage->status);
	shutdown(s->fd, SHUT_RD);
	for (size_t k = 0; k < i; k++) {
		if (s->stage[k].running) {
			kill(-s->stage[k].pid, SIGTERM);
			kill(-s->stage[k].pid, SIGCONT);
		}
	}
}

/* How telling a stage's end is: that its reader has gone is only the
 * consequence of another end. */
static int weight(const struct stages *s, size_t i)
{
	const struct stage *stage = &s->stage[i];

	if (!stage->fresh || (finished(stage->status) && may_end(s, i)))
		return 0;
	if (stages_hopeless(stage->status))
		return 4;
	if (WIFSIGNALED(stage->status) && WTERMSIG(stage->status) != SIGPIPE)
		return 3;
	return finished(stage->status) || WIFSIGNALED(stage->status) ? 1 : 2;
}

/* Whether a process is ending whose end cannot be taken yet: its first thread
 * is a zombie and another, of less priority, is not (proc_pid_stat(5)). */
static bool dying(pid_t pid)
{
	char path[sizeof("/proc//stat") + 20], text[256];
	const char *state;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[n < 0 ? 0 : n] = '\0';
	state = strrchr(text, ')');
	return state && (state[2] == 'Z' || state[2] == 'X');
}

bool stages_dying(const struct stages *s)
{
	for (size_t i = 0; i < s->count; i++) {
		if (s->stage[i].running && dying(s->stage[i].pid))
			return true;
	}
	return false;
}

bool stages_settle(struct stages *s, bool late)
{
	size_t worst = 0;
	bool settled = true;

	/* Where all have ended there is no other end to wait for. */
	late = late || stages_over(s);
	for (size_t i = 1; i < s->count; i++) {
		if (weight(s, i) > weight(s, worst))
			worst = i;
	}
	/* Once it broke, the rest only follows. */
	if (s->end == STAGES_CLEAN && s->count &&
	    weight(s, worst) > (late ? 0 : 1))
		broke(s, worst);
	for (size_t i = 0; i < s->count; i++) {
		s->stage[i].fresh = s->end == STAGES_CLEAN && !late &&
		    weight(s, i);
		settled = settled && !s->stage[i].fresh;
	}
	if (stages_over(s))
		shutdown(s->fd, SHUT_RDWR);
	return settled;
}

bool stages_over(const struct stages *s)
{
	for (size_t i = 0; i < s->count; i++) {
		if (s->stage[i].running)
			return false;
	}
	return true;
}

void stages_kill(const struct stages *s, int signal)
{
	for (size_t i = 0; i < s->count; i++) {
		if (!s->stage[i].running)
			continue;
		kill(-s->stage[i].pid, signal);
		if (signal == SIGTERM)
			kill(-s->stage[i].pid, SIGCONT);
	}
}

void stages_release(struct stages *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->stage[i].name);
	if (s->fd >= 0)
		close(s->fd);
	buf_release(&s->why);
	*s = (struct stages){.fd = -1};
}
