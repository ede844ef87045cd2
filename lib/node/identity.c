/* SPDX-License-Identifier: ISC */
/* The user and group that a node runs as. */
#define _DEFAULT_SOURCE /* setgroups */
#include "node/identity.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

const char *identity_of(struct identity *id, const struct conf *c)
{
	const char *user = conf_get(c, "user"), *group = conf_get(c, "group");
	const struct passwd *pw = user ? getpwnam(user) : NULL;
	const struct group *gr = group ? getgrnam(group) : NULL;

	*id = (struct identity){false, geteuid(), getegid()};
	if (user && !pw)
		return "there is no such user";
	if (group && !gr)
		return "there is no such group";
	if (pw)
		*id = (struct identity){true, pw->pw_uid, pw->pw_gid};
	if (gr)
		id->gid = gr->gr_gid;
	if (geteuid() == 0) {
		id->change = id->uid != 0 || id->gid != getegid();
		return NULL;
	}
	id->change = false;
	if (id->uid != geteuid())
		return "only root can become another user";
	if (gr && id->gid != getegid())
		return "only root can become another group";
	return NULL;
}

bool identity_take(const struct identity *id)
{
	if (!id->change)
		return true;
	if (setgroups(0, NULL) != 0 || setgid(id->gid) != 0 ||
	    setuid(id->uid) != 0)
		return false;
	/* There must be no way back. */
	if (id->uid != 0 && setuid(0) == 0) {
		errno = EPERM;
		return false;
	}
	return true;
}

bool identity_can(const struct identity *id, const char *path, int mode)
{
	int status = 1;
	pid_t pid;

	if (!id->change)
		return access(path, mode) == 0;
	pid = fork();
	if (pid == 0)
		_exit(!identity_take(id) || access(path, mode) != 0);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
