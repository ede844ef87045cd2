/* SPDX-License-Identifier: ISC */
/* Having a person edit a text. */
#include "node/editor.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/out.h"
#include "node/conf.h"

extern char **environ;

/* Whether the command ended well. */
static bool run(const char *command, const char *path)
{
	struct buf line = BUF_EMPTY;
	const char *argv[] = {"sh", "-c", NULL, command, path, NULL};
	int status = 1;
	pid_t pid;

	buf_addf(&line, "%s \"$1\"", command);
	argv[2] = buf_str(&line);
	errno = posix_spawn(&pid, "/bin/sh", NULL, NULL, (char *const *)argv,
	    environ);
	buf_release(&line);
	if (errno)
		return false;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	errno = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool editor_run(const char *command, const char *dir, struct buf *text)
{
	struct buf path = BUF_EMPTY;
	bool ok = false;
	int fd, saved;

	buf_addf(&path, "%s/cup.XXXXXX", dir);
	buf_str(&path);
	fd = mkstemp(path.data);
	if (fd >= 0) {
		ok = out_write(fd, text->data, text->len);
		ok = close(fd) == 0 && ok;
		ok = ok && run(command, path.data) &&
		    conf_load(path.data, text);
		saved = errno;
		unlink(path.data);
		errno = saved;
	}
	if (ok && text->len && text->data[text->len - 1] != '\n')
		buf_addc(text, '\n');
	buf_release(&path);
	return ok;
}
