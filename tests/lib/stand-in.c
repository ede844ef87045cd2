/* SPDX-License-Identifier: ISC */
/* Stands in for cup-intercept where cup-node is tested: it connects to the
 * pipeline it is told, puts to it the lines of the FIFO "in" of the folder
 * STAND_IN, and appends what comes back to "out" there. Beside these lie
 * "args" and "environment" as it was started with; "exit", a number, which it
 * ends with at once if it is there; and "deaf", with which it does not end at
 * a SIGTERM. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/notify.h"

extern char **environ;

static void die(const char *what)
{
	perror(what);
	exit(71);
}

static FILE *file(const char *name, const char *mode)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", getenv("STAND_IN"), name);
	f = fopen(path, mode);
	if (!f && *mode != 'r')
		die(path);
	return f;
}

static void write_list(const char *name, char *const *list)
{
	FILE *f = file(name, "w");

	for (; *list; list++)
		fprintf(f, "%s\n", *list);
	fclose(f);
}

/* The path of the unix: address behind an option. */
static struct sockaddr_un address(char **argv, const char *option)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	for (; *argv; argv++) {
		if (strcmp(*argv, option) == 0 && argv[1])
			strncpy(a.sun_path, argv[1] + strlen("unix:"),
			    sizeof(a.sun_path) - 1);
	}
	return a;
}

static int connect_to(const struct sockaddr_un *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (const struct sockaddr *)a, sizeof(*a)) == 0 &&
	    write(fd, "# ping stand-in\n", 16) == 16)
		return fd;
	close(fd);
	return -1;
}

static int serve_status(const struct sockaddr_un *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	unlink(a->sun_path);
	if (bind(fd, (const struct sockaddr *)a, sizeof(*a)) != 0 ||
	    listen(fd, 8) != 0)
		die("status");
	return fd;
}

static void answer_status(int listener, int pipeline)
{
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return;
	dprintf(fd, "pid %d\npipeline %s\nclients 3\nsent 7\n", getpid(),
	    pipeline >= 0 ? "up" : "down");
	close(fd);
}

static void leave_if_told(void)
{
	FILE *f = file("exit", "r");
	int code;

	if (f && fscanf(f, "%d", &code) == 1)
		exit(code);
	if (f)
		fclose(f);
}

static int is_deaf(void)
{
	FILE *f = file("deaf", "r");

	if (f)
		fclose(f);
	return f != NULL;
}

/* Copy what is there; false at the end. */
static int copy(int from, int to)
{
	char b[65536];
	ssize_t n = read(from, b, sizeof(b));

	if (n > 0 && to >= 0 && write(to, b, (size_t)n) != n)
		return 0;
	return n > 0;
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Let the pipeline finish what it has, as when one drains. */
static void drain(int fd, int out)
{
	if (fd < 0)
		return;
	shutdown(fd, SHUT_WR);
	while (copy(fd, out))
		continue;
	close(fd);
}

/* SIGTERM ends it; at a SIGHUP it goes over to a fresh pipeline, and at a
 * SIGUSR1 it does so without waiting for what is left in the old one. */
static int take_signal(int signals, int pipeline, int out)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		die("signals");
	if (info.ssi_signo == SIGTERM && is_deaf())
		return pipeline;
	if (info.ssi_signo == SIGUSR1)
		close(pipeline);
	else
		drain(pipeline, out);
	if (info.ssi_signo == SIGTERM)
		exit(0);
	return -1;
}

int main(int argc, char **argv)
{
	struct sockaddr_un target = address(argv, "--pipeline");
	struct sockaddr_un status = address(argv, "--status");
	char fifo[4096];
	struct pollfd p[4];
	int out, pipeline = -1;

	(void)argc;
	signal(SIGPIPE, SIG_IGN);
	write_list("args", argv);
	write_list("environment", environ);
	leave_if_told();
	snprintf(fifo, sizeof(fifo), "%s/in", getenv("STAND_IN"));
	out = fileno(file("out", "a"));
	p[0] = (struct pollfd){open_signals(), POLLIN, 0};
	p[1] = (struct pollfd){serve_status(&status), POLLIN, 0};
	p[2] = (struct pollfd){open(fifo, O_RDWR | O_CLOEXEC), POLLIN, 0};
	notify_send(getenv("NOTIFY_SOCKET"), "STATUS=testing\nREADY=1");
	for (;;) {
		if (pipeline < 0)
			pipeline = connect_to(&target);
		p[2].events = pipeline >= 0 ? POLLIN : 0;
		p[3] = (struct pollfd){pipeline, POLLIN, 0};
		if (poll(p, 4, pipeline < 0 ? 20 : -1) < 0)
			die("poll");
		if (p[0].revents)
			pipeline = take_signal(p[0].fd, pipeline, out);
		else if (p[3].revents && !copy(pipeline, out)) {
			close(pipeline);
			pipeline = -1;
		}
		if (p[1].revents)
			answer_status(p[1].fd, pipeline);
		if (p[2].revents && pipeline >= 0)
			copy(p[2].fd, pipeline);
	}
}
