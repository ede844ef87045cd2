/* SPDX-License-Identifier: ISC */
/* A file in which a program says how it does. */
#include "io/sheet.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/out.h"

bool sheet_write(const char *path, struct span lines)
{
	struct buf aside = BUF_EMPTY, text = BUF_EMPTY;
	int fd, saved;
	bool ok;

	buf_addf(&aside, "%s.%ld", path, (long)getpid());
	buf_addf(&text, "pid %ld\n", (long)getpid());
	buf_addspan(&text, lines);
	/* What one of this id left behind is not written into. */
	unlink(buf_str(&aside));
	fd = open(aside.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	ok = fd >= 0 && out_write(fd, text.data, text.len);
	if (fd >= 0)
		ok = close(fd) == 0 && ok;
	ok = ok && rename(aside.data, path) == 0;
	saved = errno;
	if (!ok)
		unlink(aside.data);
	buf_release(&aside);
	buf_release(&text);
	errno = saved;
	return ok;
}

/* Whether the first line names a process that runs; it is cut off. */
static bool take_pid(struct buf *b)
{
	const char *end = memchr(b->data, '\n', b->len);
	long pid;

	if (!end || !span_starts(buf_span(b), "pid "))
		return false;
	pid = atol(b->data + 4);
	buf_consume(b, (size_t)(end - b->data) + 1);
	return pid > 0 && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

bool sheet_read(const char *path, struct buf *lines)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n;

	buf_reset(lines);
	if (fd < 0)
		return false;
	while (lines->len <= SHEET_MAX) {
		buf_room(lines, SHEET_MAX);
		n = read(fd, lines->data + lines->len, SHEET_MAX);
		if (n <= 0)
			break;
		lines->len += (size_t)n;
	}
	close(fd);
	buf_str(lines);
	return lines->len > 0 && lines->len <= SHEET_MAX && take_pid(lines);
}
