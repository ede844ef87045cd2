/* SPDX-License-Identifier: ISC */
/* The process of one connection. */
#define _GNU_SOURCE /* pipe2, F_SETPIPE_SZ */
#include "serve/serving.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/ucspi.h"
#include "serve/relay.h"

enum { PIPE_BYTES = 1 << 20 };

int serving_plain(const struct serving *s, int fd)
{
	char **env = ucspi_environment(s->environment, fd, NULL);
	int error = command_exec(s->command, fd, fd, env, s->nofile);

	ucspi_free(env);
	return error;
}

static void set_pipe(int fd)
{
	fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES); /* if the system lets us */
	fcntl(fd, F_SETFL, O_NONBLOCK);
}

/* Start the command with pipes for its ends. -1 with errno. */
static pid_t start(const struct serving *s, struct relay *r)
{
	char **env = ucspi_environment(s->environment, r->sock, r->tls);
	int in[2] = {-1, -1}, out[2] = {-1, -1};
	pid_t pid = -1;

	if (pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0)
		pid = fork();
	if (pid == 0)
		_exit(command_exit_status(command_exec(s->command, in[0],
		    out[1], env, s->nofile)));
	ucspi_free(env);
	if (pid < 0)
		return -1; /* the process ends soon, and its pipes with it */
	close(in[0]);
	close(out[1]);
	set_pipe(in[1]);
	set_pipe(out[0]);
	r->to = in[1];
	r->from = out[0];
	return pid;
}

/* Who is there is said before anything is done for them. */
static pid_t introduced(const struct serving *s, struct relay *r)
{
	if (s->known)
		s->known(s->arg, r->tls);
	return start(s, r);
}

static void note(struct serving_end *end, const char *why)
{
	snprintf(end->why, sizeof(end->why), "%s", why);
}

void serving_tls(const struct serving *s, struct tls_context *context, int fd,
    struct serving_end *end)
{
	struct relay r = {.tls = tls_new(context, fd, NULL), .sock = fd,
	    .to = -1, .from = -1, .ended = s->ended, .mask = s->mask};
	const char *why = NULL;
	pid_t pid;

	*end = (struct serving_end){.ran = false};
	if (!relay_handshake(r.tls, fd, s->handshake_ms, &why)) {
		note(end, why);
	} else if ((pid = introduced(s, &r)) < 0) {
		note(end, strerror(errno));
	} else {
		why = relay_run(&r);
		end->broken = why != NULL;
		note(end, why ? why : "");
		end->ran = true;
		while (waitpid(pid, &end->status, 0) < 0 && errno == EINTR)
			;
	}
	tls_free(r.tls);
}
