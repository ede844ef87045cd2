/* SPDX-License-Identifier: ISC */
/* All files of a policy in one, so that it can be read again as it was checked,
 * whatever has become of the files: before each its path and lengths. */
#include "policy/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/trusted.h"
#include "io/out.h"

static const char magic[] = "cup policy snapshot 1\n";

enum { HEAD_MAX = 64 };

bool file_bytes(int fd, size_t max, struct buf *b)
{
	ssize_t n = 1;

	while (n > 0 && b->len <= max) {
		n = read(fd, buf_room(b, 65536), 65536);
		if (n > 0)
			b->len += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1;
	}
	return n >= 0;
}

void policy_keep(struct policy *p)
{
	p->keeps = true;
	buf_adds(&p->kept, magic);
}

void snapshot_add(struct policy *p, const char *path, struct span text)
{
	if (!p->keeps)
		return;
	buf_addf(&p->kept, "%zu %zu\n%s", strlen(path), text.n, path);
	buf_addspan(&p->kept, text);
}

bool policy_save(const struct policy *p, const char *path)
{
	int fd = open(path,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool ok = fd >= 0 && out_write(fd, p->kept.data, p->kept.len);

	if (fd >= 0)
		ok = close(fd) == 0 && ok;
	return ok;
}

/* The next file in s; false if there is none, or it is not what was saved. */
static bool next(struct span *s, struct span *path, struct span *text)
{
	const char *lf = s->n ? memchr(s->p, '\n', s->n) : NULL;
	unsigned long long paths, texts;
	char head[HEAD_MAX];
	size_t n;

	if (!lf || lf - s->p >= HEAD_MAX)
		return false;
	n = (size_t)(lf - s->p);
	memcpy(head, s->p, n);
	head[n] = '\0';
	n++;
	if (sscanf(head, "%20llu %20llu", &paths, &texts) != 2 ||
	    paths > s->n - n || texts > s->n - n - paths)
		return false;
	*path = (struct span){s->p + n, (size_t)paths};
	*text = (struct span){path->p + path->n, (size_t)texts};
	*s = (struct span){text->p + texts, s->n - n - path->n - text->n};
	return true;
}

bool snapshot_find(const struct policy *p, const char *path, struct buf *b)
{
	struct span s = buf_span(&p->snapshot), name, text;

	s = (struct span){s.p + sizeof(magic) - 1, s.n - (sizeof(magic) - 1)};
	while (next(&s, &name, &text)) {
		if (span_is(name, path)) {
			buf_addspan(b, text);
			return true;
		}
	}
	errno = ENOENT;
	return false;
}

const char *policy_from(struct policy *p, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct span rest, name, text;
	const char *why = fd < 0 ? strerror(errno) : trusted_file(fd, false);

	if (!why && !file_bytes(fd, SIZE_MAX / 2, &p->snapshot))
		why = strerror(errno);
	if (fd >= 0)
		close(fd);
	if (why)
		return why;
	rest = buf_span(&p->snapshot);
	if (!span_starts(rest, magic))
		return "is no snapshot of a policy";
	rest = (struct span){rest.p + sizeof(magic) - 1,
	    rest.n - (sizeof(magic) - 1)};
	while (next(&rest, &name, &text))
		continue;
	if (rest.n)
		return "is cut off";
	p->from = true;
	return NULL;
}
