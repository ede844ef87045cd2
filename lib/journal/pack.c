/* SPDX-License-Identifier: ISC */
/* Compressing one closed segment. */
#define _GNU_SOURCE /* sync_file_range */
#include "journal/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "journal/file.h"
#include "journal/frames.h"
#include "journal/segment.h"

enum { CHUNK = 256 * 1024 };

/* One segment on its way. */
struct packing {
	const struct pack *p;
	int from, to; /* SEQ.log, and what is written beside it */
	char log[JOURNAL_NAME], packed[JOURNAL_NAME], aside[JOURNAL_NAME];
	struct buf in, out;
};

/* Whether it can go on: not stopped, and room is left for others. */
static bool may_go_on(const struct packing *k)
{
	struct statvfs v;

	errno = EAGAIN;
	if (atomic_load(k->p->stop))
		return false;
	errno = ENOSPC;
	return !k->p->spare || fstatvfs(k->to, &v) != 0 ||
	    (uint64_t)v.f_bavail * v.f_frsize > k->p->spare;
}

/* Read on; false at the end, errno 0, or with errno. */
static bool more(struct packing *k, off_t *at)
{
	ssize_t n = pread(k->from, buf_room(&k->in, CHUNK), CHUNK, *at);

	if (n <= 0) {
		errno = n < 0 ? errno : 0;
		return false;
	}
	*at += n;
	k->in.len += (size_t)n;
	return true;
}

static bool write_frames(struct packing *k, struct packer *packer)
{
	off_t at = 0, written = 0;
	bool rest = true;
	size_t n;

	while (rest || k->in.len) {
		n = packer_take(k->in.data, k->in.len, rest);
		if (n == 0) {
			rest = more(k, &at);
			if (!rest && errno)
				return false;
			continue;
		}
		if (!may_go_on(k))
			return false;
		buf_reset(&k->out);
		packer_add(packer, (struct span){k->in.data, n}, &k->out);
		if (!file_write_at(k->to, k->out.data, k->out.len, written))
			return false;
		/* Not all at the end: another's sync would wait for it. */
		(void)sync_file_range(k->to, written, (off_t)k->out.len,
		    SYNC_FILE_RANGE_WRITE);
		written += (off_t)k->out.len;
		buf_consume(&k->in, n);
	}
	return fsync(k->to) == 0;
}

/* Whether the compressed file has what the other one has. */
static bool same(struct packing *k, int fd)
{
	struct frames *f = frames_new(fd);
	char *a = buf_room(&k->in, CHUNK), *b = buf_room(&k->out, CHUNK);
	off_t at = 0;
	ssize_t n = 1, m;
	bool ok = f != NULL;

	while (ok && n > 0) {
		n = frames_read_at(f, a, CHUNK, at);
		m = pread(k->from, b, n > 0 ? (size_t)n : 1, at);
		ok = n == m && n >= 0 && memcmp(a, b, (size_t)n) == 0;
		at += n;
	}
	frames_free(f);
	return ok;
}

/* Whether it is there already, from somebody who was killed before he removed
 * the other one; if it is not the same, it is the other one that counts. */
static bool was_packed(struct packing *k)
{
	int fd = openat(k->p->dir, k->packed, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool ok = fd >= 0 && same(k, fd);

	if (fd >= 0)
		close(fd);
	if (fd >= 0 && !ok)
		unlinkat(k->p->dir, k->packed, 0);
	return ok;
}

/* Whether it has nothing but what stands for pruned lines. */
static bool only_pruned(const struct packing *k)
{
	char head[512], *lf;
	ssize_t n = pread(k->from, head, sizeof(head), 0);
	struct span chain, text;
	uint64_t from, to;

	lf = n > 0 ? memchr(head, '\n', (size_t)n) : NULL;
	return lf && lf + 1 == head + n &&
	    journal_split_pruned((struct span){head, (size_t)(lf - head)},
		&from, &to, &chain, &text);
}

static bool pack(struct packing *k)
{
	struct packer *packer = packer_new();
	bool ok;

	k->to = openat(k->p->dir, k->aside, O_RDWR | O_CREAT | O_TRUNC |
	    O_CLOEXEC | O_NOFOLLOW, 0600);
	ok = k->to >= 0 && write_frames(k, packer);
	if (ok && !same(k, k->to)) {
		errno = EBADMSG;
		ok = false;
	}
	ok = ok &&
	    renameat(k->p->dir, k->aside, k->p->dir, k->packed) == 0 &&
	    fsync(k->p->dir) == 0;
	packer_free(packer);
	if (k->to >= 0) {
		int saved = errno;

		close(k->to);
		if (!ok)
			unlinkat(k->p->dir, k->aside, 0);
		errno = saved;
	}
	return ok;
}

bool pack_segment(const struct pack *p, uint64_t first,
    struct journal_error *e)
{
	struct packing k = {.p = p, .to = -1};
	bool ok;

	segment_name(k.log, first);
	segment_name_packed(k.packed, first);
	snprintf(k.aside, sizeof(k.aside), "%020" PRIu64 ".zst.tmp", first);
	k.from = openat(p->dir, k.log, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (k.from < 0)
		return errno == ENOENT ||
		    journal_fail(e, FAULT_SYSTEM, "cannot open '%s'", k.log);
	ok = only_pruned(&k);
	if (!ok) {
		ok = (was_packed(&k) || pack(&k)) &&
		    unlinkat(p->dir, k.log, 0) == 0;
		if (!ok)
			journal_fail(e, FAULT_SYSTEM, "cannot compress '%s'",
			    k.log);
	}
	close(k.from);
	buf_release(&k.in);
	buf_release(&k.out);
	return ok;
}
