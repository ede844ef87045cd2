/* SPDX-License-Identifier: ISC */
/* The folder with the settings of all nodes. */
#include "node/conf-save.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/out.h"
#include "node/conf.h"

static const char history[] = "history";

bool conf_store_open(struct conf_store *s, const char *dir, bool made)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

	s->fd = open(dir, flags);
	if (s->fd < 0 && errno == ENOENT && made &&
	    (mkdir(dir, 0755) == 0 || errno == EEXIST))
		s->fd = open(dir, flags);
	if (s->fd < 0)
		return false;
	s->dir = mem_strdup(dir);
	return true;
}

bool conf_store_lock(struct conf_store *s)
{
	while (flock(s->fd, LOCK_EX) != 0) {
		if (errno != EINTR)
			return false;
	}
	return true;
}

void conf_store_close(struct conf_store *s)
{
	if (!s->dir)
		return;
	close(s->fd);
	free(s->dir);
	*s = (struct conf_store){NULL, -1};
}

char *conf_store_path(const struct conf_store *s, const char *node)
{
	struct buf b = BUF_EMPTY;

	buf_addf(&b, "%s/%s.conf", s->dir, node);
	return buf_detach(&b);
}

/* Write a file under another name and put it in its place. It gets that owner
 * and group (-1: what a new file has), if that is allowed. */
static bool put_file(int dir, const char *temporary, const char *name,
    struct span text, uid_t owner, gid_t group)
{
	int fd, saved;
	bool ok;

	if (unlinkat(dir, temporary, 0) != 0 && errno != ENOENT)
		return false;
	fd = openat(dir, temporary,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return false;
	ok = fchown(fd, owner, group) == 0 ||
	    fchown(fd, (uid_t)-1, group) == 0 ||
	    errno == EPERM; /* it stays our own, which is no wider */
	ok = ok && fchmod(fd, 0640) == 0 && out_write(fd, text.p, text.n) &&
	    fsync(fd) == 0;
	saved = errno;
	if (close(fd) != 0 && ok) {
		ok = false;
		saved = errno;
	}
	if (ok && renameat(dir, temporary, dir, name) == 0)
		return fsync(dir) == 0;
	if (ok)
		saved = errno;
	unlinkat(dir, temporary, 0);
	errno = saved;
	return false;
}

static int open_history(const struct conf_store *s, bool made)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;
	int fd = openat(s->fd, history, flags);

	if (fd < 0 && errno == ENOENT && made &&
	    (mkdirat(s->fd, history, 0750) == 0 || errno == EEXIST))
		fd = openat(s->fd, history, flags);
	return fd;
}

bool conf_store_version(const struct conf_store *s, const char *node, const char *time,
    struct buf *text)
{
	struct buf path = BUF_EMPTY;
	bool ok;

	buf_addf(&path, "%s/%s/%s.conf.%s", s->dir, history, node, time);
	ok = conf_load(buf_str(&path), text);
	buf_release(&path);
	return ok;
}

/* The time to file a version under: now, but behind the latest. False if the
 * latest version is this very text, as after a crash between the two steps of
 * a save. */
static bool next_time(const struct conf_store *s, const char *node,
    struct span text, char time[STAMP_LEN + 1])
{
	struct conf_store_list list = {NULL, 0};
	struct buf last = BUF_EMPTY;
	int64_t now = stamp_now(), then;
	bool same = false;

	if (conf_store_history(s, node, &list) && list.count) {
		same = conf_store_version(s, node, list.name[0], &last) &&
		    span_same(buf_span(&last), text);
		if (stamp_read(list.name[0], STAMP_LEN, &then) && then >= now)
			now = then + 1;
	}
	stamp_write(time, now);
	time[STAMP_LEN] = '\0';
	conf_store_list_release(&list);
	buf_release(&last);
	return !same;
}

/* Keep what is there now. */
static bool keep(const struct conf_store *s, const char *node,
    const struct stat *st)
{
	char time[STAMP_LEN + 1];
	char *path = conf_store_path(s, node);
	struct buf text = BUF_EMPTY, name = BUF_EMPTY;
	bool ok = conf_load(path, &text);
	int dir = -1;

	if (ok && next_time(s, node, buf_span(&text), time)) {
		buf_addf(&name, "%s.conf.%s", node, time);
		dir = open_history(s, true);
		ok = dir >= 0 && fsync(s->fd) == 0 &&
		    put_file(dir, ".new", buf_str(&name), buf_span(&text),
			st->st_uid, st->st_gid);
	}
	if (dir >= 0)
		close(dir);
	buf_release(&text);
	buf_release(&name);
	free(path);
	return ok;
}

bool conf_store_save(struct conf_store *s, const char *node, struct span text,
    gid_t group, const char **step)
{
	struct buf name = BUF_EMPTY, temporary = BUF_EMPTY;
	struct stat st;
	bool there, ok = false;

	buf_addf(&name, "%s.conf", node);
	buf_addf(&temporary, ".%s.conf.new", node);
	there = fstatat(s->fd, buf_str(&name), &st, AT_SYMLINK_NOFOLLOW) == 0;
	*step = "cannot look at";
	if (!there && errno != ENOENT)
		goto out;
	*step = "not a regular file:";
	errno = EEXIST;
	if (there && !S_ISREG(st.st_mode))
		goto out;
	*step = "cannot keep the earlier version of";
	if (there && !keep(s, node, &st))
		goto out;
	*step = "cannot save";
	if (there && group == (gid_t)-1)
		group = st.st_gid;
	ok = put_file(s->fd, buf_str(&temporary), buf_str(&name), text,
	    there ? st.st_uid : (uid_t)-1, group);
out:
	buf_release(&name);
	buf_release(&temporary);
	return ok;
}

static int ascending(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int descending(const void *a, const void *b)
{
	return -ascending(a, b);
}

static void list_add(struct conf_store_list *l, const char *p, size_t n)
{
	l->name = mem_resize(l->name, l->count + 1, sizeof(*l->name));
	l->name[l->count++] = mem_dup(p, n);
}

bool conf_store_nodes(const struct conf_store *s, struct conf_store_list *l)
{
	struct dirent *e;
	DIR *d = opendir(s->dir);

	*l = (struct conf_store_list){NULL, 0};
	if (!d)
		return false;
	while ((e = readdir(d)) != NULL) {
		size_t n = strlen(e->d_name);

		if (n < 6 || strcmp(e->d_name + n - 5, ".conf") != 0)
			continue;
		list_add(l, e->d_name, n - 5);
		if (!conf_node_valid(l->name[l->count - 1]))
			free(l->name[--l->count]);
	}
	closedir(d);
	if (l->count)
		qsort(l->name, l->count, sizeof(*l->name), ascending);
	return true;
}

bool conf_store_history(const struct conf_store *s, const char *node,
    struct conf_store_list *l)
{
	int fd = open_history(s, false);
	size_t n = strlen(node);
	struct dirent *e;
	int64_t micros;
	DIR *d;

	*l = (struct conf_store_list){NULL, 0};
	if (fd < 0)
		return errno == ENOENT;
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return false;
	}
	while ((e = readdir(d)) != NULL) {
		if (strlen(e->d_name) == n + 6 + STAMP_LEN &&
		    strncmp(e->d_name, node, n) == 0 &&
		    strncmp(e->d_name + n, ".conf.", 6) == 0 &&
		    stamp_read(e->d_name + n + 6, STAMP_LEN, &micros))
			list_add(l, e->d_name + n + 6, STAMP_LEN);
	}
	closedir(d);
	if (l->count)
		qsort(l->name, l->count, sizeof(*l->name), descending);
	return true;
}

void conf_store_list_release(struct conf_store_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->name[i]);
	free(l->name);
	*l = (struct conf_store_list){NULL, 0};
}
