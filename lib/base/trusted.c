/* SPDX-License-Identifier: ISC */
/* Whether nobody else has a hand in a file. */
#include "base/trusted.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

const char *trusted_state(const struct stat *st, uid_t user, bool secret)
{
	mode_t others = secret ? S_IRWXG | S_IRWXO : S_IWGRP | S_IWOTH;

	if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode))
		return NULL;
	if (st->st_uid != user && st->st_uid != 0)
		return "belongs to another user";
	if (!(st->st_mode & others))
		return NULL;
	if (secret)
		return "its group or others have access (chmod 600)";
	return "its group or others can write to it";
}

const char *trusted_file(int fd, bool secret)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return strerror(errno);
	return trusted_state(&st, geteuid(), secret);
}
