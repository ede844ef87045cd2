/* SPDX-License-Identifier: ISC */
/* Opening a journal to write it, and closing it. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/stamp.h"
#include "base/trusted.h"
#include "journal/chain.h"
#include "journal/internal.h"
#include "journal/lock.h"

/* Have the directory that path is in know it. */
static bool sync_parent(const char *path)
{
	char *copy = mem_strdup(path), *slash;
	size_t n = strlen(copy);
	int fd;
	bool ok;

	while (n > 1 && copy[n - 1] == '/')
		copy[--n] = '\0';
	slash = strrchr(copy, '/');
	if (slash)
		slash[slash == copy] = '\0';
	fd = open(slash ? copy : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ok = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	free(copy);
	return ok;
}

static bool open_directory(struct journal_writer *w, struct journal_error *e)
{
	const char *path = w->set.path, *why;

	if (mkdir(path, 0700) == 0 ? !sync_parent(path) : errno != EEXIST)
		return journal_fail(e, FAULT_SYSTEM, "cannot make '%s'", path);
	w->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->dir < 0)
		return journal_fail(e, FAULT_SYSTEM, "cannot open '%s'", path);
	why = trusted_file(w->dir, false);
	return !why || journal_fail(e, FAULT_UNTRUSTED, "'%s' %s", path, why);
}

static bool take_lock(struct journal_writer *w, struct journal_error *e)
{
	struct buf holder = BUF_EMPTY;

	bool ok = lock_take(&w->to.lock, w->dir, w->set.wait, &holder);

	if (!ok && errno == EAGAIN)
		journal_fail(e, FAULT_LOCKED, "'%s' is being written by %s",
		    w->set.path, buf_str(&holder));
	else if (!ok)
		journal_fail(e, FAULT_SYSTEM, "cannot lock '%s'",
		    w->set.path);
	buf_release(&holder);
	return ok;
}

struct memory {
	struct journal_writer *w;
	const struct journal_tail *tail;
};

/* A line that is journaled already: its id is remembered. */
static void remember(void *context, const struct journal_line *l, off_t offset)
{
	struct memory *m = context;
	struct journal_writer *w = m->w;
	struct id_entry e = {.seq = l->seq, .offset = offset};
	struct record r;

	if (l->text.p[0] == '#' || record_parse(&r, l->text.p, l->text.n) ||
	    !segment_first(l->segment, &e.segment) ||
	    ids_find(w->ids, r.field[RECORD_ID]))
		return;
	e.len = (uint32_t)(l->text.p + l->text.n - l->chain.p);
	for (uint64_t n = l->seq; n; n /= 10)
		e.len++;
	e.len++;
	memcpy(w->id, m->tail->id, UUID_LEN);
	writer_proof(w, l->seq, &r, e.mark);
	ids_add(w->ids, r.field[RECORD_ID], &e);
}

/* Go on where the journal ends. */
static bool resume(struct journal_writer *w, const struct journal_tail *t,
    struct journal_error *e)
{
	struct journal_file *f = &w->to.file;

	w->segment = t->segment;
	w->offset = f->end = f->ahead = t->end;
	w->records = t->records;
	w->begun = t->begun;
	w->seq = t->seq;
	memcpy(w->to.chain, t->seq ? t->chain : journal_zeros, DIGEST_HEX);
	f->dir = w->dir;
	f->step = (off_t)w->set.ahead;
	if (!t->segment || t->packed)
		return true;
	segment_name(f->name, t->segment);
	f->fd = openat(w->dir, f->name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	return f->fd >= 0 ||
	    journal_fail(e, FAULT_SYSTEM, "cannot open '%s'", f->name);
}

static void first_note(struct journal_writer *w)
{
	struct uuid_source source = {.left = 0};
	int64_t now = stamp_now();
	char time[STAMP_LEN];

	uuid_make(&source, now, w->id);
	stamp_write(time, now);
	buf_reset(&w->text);
	buf_addf(&w->text, "# cup-journal %d id=%.*s created=%.*s",
	    JOURNAL_VERSION, UUID_LEN, w->id, STAMP_LEN, time);
	w->fill->rotate = w->segment == 0;
	w->segment = 1;
	w->begun = now;
	writer_put(w, buf_span(&w->text));
}

/* Say in the journal that it was opened, and how it was found. */
static bool opening_notes(struct journal_writer *w,
    const struct journal_tail *t, struct journal_error *e)
{
	struct batch b = {.rotate = false};
	char host[65] = "";
	bool ok;

	w->fill = &b;
	memcpy(w->id, t->id, UUID_LEN);
	if (w->seq == 0) {
		first_note(w);
	} else if (t->end == 0) {
		writer_segment(w);
		b.rotate = false; /* the file is there */
	} else if ((uint64_t)w->offset >= w->set.segment_size ||
	    writer_aged(w) || t->version != JOURNAL_VERSION || t->packed) {
		writer_segment(w);
	}
	if (!t->closed)
		writer_note(w, "recovered", " torn=%lld%s%s",
		    (long long)t->torn, t->torn ? " kept=" : "", t->kept);
	(void)gethostname(host, sizeof(host) - 1);
	for (char *p = host; *p; p++) {
		if (*p <= ' ' || *p > '~')
			*p = '?';
	}
	writer_note(w, "opened", " pid=%ld uid=%ld host=%s", (long)getpid(),
	    (long)getuid(), host);
	ok = batch_commit(&b, &w->to, e);
	batch_release(&b);
	w->fill = NULL;
	w->opened = w->seq;
	return ok;
}

static void release(struct journal_writer *w)
{
	flusher_free(w->flusher);
	closing_stop(w->to.closing);
	file_drop(&w->to.file);
	heads_close(&w->to.heads);
	if (w->back_segment)
		close(w->back.fd);
	lines_release(&w->back);
	lock_drop(&w->to.lock);
	if (w->dir >= 0)
		close(w->dir);
	ids_free(w->ids);
	digest_free(w->to.digest);
	buf_release(&w->proof);
	buf_release(&w->reason);
	buf_release(&w->text);
	buf_release(&w->line);
	free(w);
}

struct journal_writer *writer_open(const struct journal_settings *set,
    struct journal_tail *tail, struct journal_error *e)
{
	struct journal_writer *w = mem_zalloc(sizeof(*w));
	struct memory memory = {w, tail};
	bool ok;

	w->set = *set;
	w->dir = w->to.lock.fd = w->to.file.fd = w->to.heads.fd = -1;
	w->to.digest = digest_new(NULL, 0);
	w->ids = ids_new(set->ids);
	ok = open_directory(w, e) && take_lock(w, e) &&
	    heads_open(&w->to.heads, set->heads, e) &&
	    journal_recover(w->dir, tail, w->to.lock.synced, set->ids,
		remember, &memory, e) &&
	    resume(w, tail, e) && opening_notes(w, tail, e);
	if (!ok) {
		release(w);
		return NULL;
	}
	w->to.closing = closing_start(set->path, set->compress,
	    set->ahead * FILE_ROOM);
	w->flusher = flusher_start(&w->to, set->out, set->held);
	return w;
}

/* After the last batch; the closing note is one of its own, so that it stands
 * only behind what is on disk. */
static bool finish(struct journal_writer *w, struct batch *rest,
    struct journal_error *e)
{
	if (!batch_commit(rest, &w->to, e))
		return false;
	batch_reset(rest);
	w->fill = rest;
	writer_note(w, "closed", "%s", "");
	return batch_commit(rest, &w->to, e) &&
	    file_finish(&w->to.file, e) && heads_flush(&w->to.heads, e);
}

bool writer_trouble(struct journal_writer *w, struct journal_error *e)
{
	return closing_trouble(w->to.closing, e);
}

bool writer_close(struct journal_writer *w, struct journal_error *e)
{
	struct journal_error later = {.fault = FAULT_NONE};
	struct batch *rest;

	*e = w->error;
	if (!flusher_stop(w->flusher, &rest, &later) && !e->fault)
		*e = later;
	/* What a reader of ours did to itself is not the journal's fault. */
	if (later.fault != FAULT_SYSTEM && !finish(w, rest, &later) &&
	    !e->fault)
		*e = later;
	release(w);
	return e->fault == FAULT_NONE;
}
