/* SPDX-License-Identifier: ISC */
/* How far archives are behind. */
#include "node/ships.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/quantity.h"
#include "node/commands.h"
#include "node/internal.h"

static const char prefix[] = "ship-";

/* cup-ship writes its file every few seconds. */
enum { OLD = 30, FILE_MOST = 256 };

static bool name_valid(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	return n > 0 && n <= SHIPS_NAME_MAX && !name[n];
}

static bool read_one(int dir, const char *file, struct ships_one *to)
{
	int fd = openat(dir, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct buf text = BUF_EMPTY;
	struct stat st;
	struct span seconds;
	ssize_t n = 0;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read(fd, buf_room(&text, FILE_MOST), FILE_MOST);
	close(fd);
	text.len = n > 0 ? (size_t)n : 0;
	buf_str(&text); /* with a NUL, for strtod */
	to->records = 0;
	to->up = n > 0 && time(NULL) - st.st_mtime < OLD &&
	    span_is(sample_value(&text, "state"), "up") &&
	    quantity_digits(sample_value(&text, "records"), &to->records);
	seconds = sample_value(&text, "seconds");
	to->seconds = seconds.n ? strtod(seconds.p, NULL) : 0;
	if (n > 0 && time(NULL) - st.st_mtime >= OLD)
		to->seconds += (double)(time(NULL) - st.st_mtime);
	buf_release(&text);
	return n > 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct ships_one *)a)->name,
	    ((const struct ships_one *)b)->name);
}

size_t ships_read(const char *run, const char *node,
    struct ships_one to[SHIPS_MAX])
{
	char *path = commands_path(run, node, NULL);
	DIR *d = opendir(path);
	struct dirent *e;
	size_t n = 0;

	free(path);
	while (d && n < SHIPS_MAX && (e = readdir(d))) {
		const char *name = e->d_name + sizeof(prefix) - 1;

		if (strncmp(e->d_name, prefix, sizeof(prefix) - 1) != 0 ||
		    !name_valid(name) || !read_one(dirfd(d), e->d_name, &to[n]))
			continue;
		memcpy(to[n++].name, name, strlen(name) + 1);
	}
	if (d)
		closedir(d);
	qsort(to, n, sizeof(*to), by_name);
	return n;
}

void ships_status(const char *run, const char *node, struct buf *out)
{
	struct ships_one one[SHIPS_MAX];
	size_t n = ships_read(run, node, one);

	for (size_t i = 0; i < n; i++)
		buf_addf(out, "ship %s %s %" PRIu64 " %.1f\n", one[i].name,
		    one[i].up ? "up" : "down", one[i].records,
		    one[i].seconds);
}
