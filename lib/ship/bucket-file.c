/* SPDX-License-Identifier: ISC */
/* Files of a journal that are to be brought to a bucket. */
#include <errno.h>
#include <fcntl.h>
#include <nettle/md5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/mem.h"
#include "journal/frames.h"
#include "journal/journal.h"
#include "journal/lock.h"
#include "ship/bucket-internal.h"

enum {
	CHUNK = 256 * 1024,
	PATIENCE = 900, /* seconds for what the writer makes of a segment */
};

struct bucket_digester {
	struct digest *sha256;
	struct md5_ctx md5;
	uint64_t size;
	char chunk[CHUNK];
};

struct bucket_digester *bucket_digester_new(void)
{
	struct bucket_digester *d = mem_zalloc(sizeof(*d));

	d->sha256 = digest_new(NULL, 0);
	digest_begin(d->sha256);
	md5_init(&d->md5);
	return d;
}

void bucket_digester_free(struct bucket_digester *d)
{
	if (d)
		digest_free(d->sha256);
	free(d);
}

void bucket_digester_add(struct bucket_digester *d, const void *p, size_t n)
{
	digest_add(d->sha256, p, n);
	md5_update(&d->md5, n, p);
	d->size += n;
}

void bucket_digester_end(struct bucket_digester *d, struct bucket_digest *out)
{
	out->size = d->size;
	digest_raw(d->sha256, out->sha256);
	md5_digest(&d->md5, BUCKET_MD5, out->md5);
	digest_begin(d->sha256);
	d->size = 0;
}

bool bucket_file_digest(struct bucket_digester *d, int fd, bool lines,
    struct bucket_digest *out)
{
	struct frames *packed = lines ? frames_new(fd) : NULL;
	off_t at = 0;
	ssize_t n;
	int saved;

	do {
		n = packed ? frames_read_at(packed, d->chunk, CHUNK, at)
			   : pread(fd, d->chunk, CHUNK, at);
		if (n > 0) {
			bucket_digester_add(d, d->chunk, (size_t)n);
			at += n;
		}
	} while (n > 0 || (n < 0 && errno == EINTR));
	saved = errno;
	bucket_digester_end(d, out);
	frames_free(packed);
	errno = saved;
	return n == 0;
}

bool bucket_file_ready(int dir, uint64_t first, int fd, const char *name)
{
	char index[BUCKET_NAME];
	struct buf holder = BUF_EMPTY;
	struct stat st;
	bool held;

	if (span_ends(span_of(name), ".zst"))
		return true;
	/* It is made when nothing else is left to do (closing.h). */
	snprintf(index, sizeof(index), "%020llu.index",
	    (unsigned long long)first);
	if (faccessat(dir, index, F_OK, 0) == 0)
		return true;
	/* A writer that cannot, as the disk is short, holds nothing up. */
	if (fstat(fd, &st) == 0 && time(NULL) - st.st_mtime > PATIENCE)
		return true;
	held = lock_held(dir, &holder);
	buf_release(&holder);
	return !held;
}

int bucket_file_cut(int dir, uint64_t first)
{
	struct journal_reader *j = journal_open_segment(dir, first, false);
	struct journal_line line;
	enum journal_item item;
	bool cut = false;
	int saved;

	if (!j)
		return -1;
	do {
		item = journal_next(j, &line);
		cut = item == JOURNAL_NOTE && (journal_pruned(line.text) ||
		    span_starts(line.text, "# erased sha256="));
	} while (!cut && (item == JOURNAL_RECORD || item == JOURNAL_NOTE));
	saved = errno;
	journal_close(j);
	errno = saved;
	return item == JOURNAL_ERROR ? -1 : cut;
}
