/* SPDX-License-Identifier: ISC */
/* Heads of a journal, for keeping elsewhere. */
#include "journal/heads.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/stamp.h"
#include "base/trusted.h"
#include "io/out.h"

bool heads_open(struct journal_heads *h, const char *path,
    struct journal_error *e)
{
	const char *why;

	*h = (struct journal_heads){.fd = -1, .path = path};
	if (!path)
		return true;
	h->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	if (h->fd < 0)
		return journal_fail(e, FAULT_SYSTEM, "cannot open '%s'", path);
	why = trusted_file(h->fd, false);
	return !why || journal_fail(e, FAULT_UNTRUSTED, "'%s' %s", path, why);
}

void heads_close(struct journal_heads *h)
{
	if (h->fd >= 0)
		close(h->fd);
	h->fd = -1;
}

bool heads_flush(struct journal_heads *h, struct journal_error *e)
{
	struct buf line = BUF_EMPTY;
	char time[STAMP_LEN];
	int64_t now = stamp_now();
	bool ok;

	if (!h->pending)
		return true;
	stamp_write(time, now);
	buf_addf(&line, "%llu:%.*s\t%.*s\n", (unsigned long long)h->seq,
	    DIGEST_HEX, h->chain, STAMP_LEN, time);
	/* One write, so that no line of another journal is torn by it. */
	ok = out_write(h->fd, line.data, line.len);
	if (!ok)
		journal_fail(e, FAULT_SYSTEM, "cannot write '%s'", h->path);
	buf_release(&line);
	h->pending = false;
	h->written = now;
	return ok;
}

int64_t heads_due(const struct journal_heads *h)
{
	int64_t since = stamp_now() - h->written;

	if (!h->pending)
		return -1;
	/* A clock that was set back makes it due at once. */
	return since >= HEADS_EVERY || since < 0 ? 0 : HEADS_EVERY - since;
}

bool heads_set(struct journal_heads *h, uint64_t seq,
    const char chain[DIGEST_HEX], struct journal_error *e)
{
	if (h->fd < 0)
		return true;
	h->pending = true;
	h->seq = seq;
	memcpy(h->chain, chain, DIGEST_HEX);
	return heads_due(h) != 0 || heads_flush(h, e);
}
