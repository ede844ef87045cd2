/* SPDX-License-Identifier: ISC */
/* The signals that ask a program to end. */
#include "io/ending.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const int ending[] = {SIGTERM, SIGINT, SIGHUP};
enum { ENDING = sizeof(ending) / sizeof(ending[0]) };

static volatile sig_atomic_t caught;
static int caught_fd;

static void on_signal(int number)
{
	int saved = errno;
	struct sigaction now;

	caught = number;
	for (int i = 0; i < ENDING; i++) {
		if (sigaction(ending[i], NULL, &now) == 0 &&
		    now.sa_handler == on_signal)
			signal(ending[i], SIG_DFL);
	}
	(void)eventfd_write(caught_fd, 1);
	errno = saved;
}

int ending_catch(void)
{
	struct sigaction now, want = {.sa_handler = on_signal,
				  .sa_flags = SA_RESTART};

	caught_fd = eventfd(0, EFD_CLOEXEC);
	if (caught_fd < 0)
		return -1;
	sigemptyset(&want.sa_mask);
	for (int i = 0; i < ENDING; i++)
		sigaddset(&want.sa_mask, ending[i]);
	for (int i = 0; i < ENDING; i++) {
		if (sigaction(ending[i], NULL, &now) == 0 &&
		    now.sa_handler != SIG_IGN)
			sigaction(ending[i], &want, NULL);
	}
	return caught_fd;
}

void ending_release(void)
{
	close(caught_fd);
}

int ending_caught(void)
{
	return caught;
}
