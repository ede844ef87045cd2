/* SPDX-License-Identifier: ISC */
/* Files without a name. */
#define _GNU_SOURCE
#include "export/unnamed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"

int unnamed_open(const char *folder)
{
	struct buf path = BUF_EMPTY;
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	buf_adds(&path, folder);
	buf_adds(&path, "/cup-export.XXXXXX");
	buf_str(&path);
	fd = mkostemp(path.data, O_CLOEXEC);
	if (fd >= 0)
		unlink(path.data);
	buf_release(&path);
	return fd;
}
