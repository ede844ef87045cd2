/* SPDX-License-Identifier: ISC */
/* Notices: what became of a stanza where its journaled verdict does not tell.
 * They are written to a journal of their own, and on disk before what they
 * tell of can be seen. The journal's writer is a program that is spoken to
 * like a pipeline. */
#ifndef LIVE_NOTICE_H
#define LIVE_NOTICE_H

#include "live/queue.h"

struct notices;
struct proxy;

enum {
	NOTICE_WAIT = 10000, /* ms; then it is said on stderr instead */
	NOTICES_MAX = 10000, /* that wait for the journal */
};

/* argv writes the journal; NULL: nothing is written, all goes on at once. */
struct notices *notices_new(struct proxy *, const char *const *argv);
void notices_free(struct notices *);

/* Write <done ref= outcome= ...> of the item, and call then(item) when that is
 * on disk, perhaps at once; then may be NULL: the item may be freed at once.
 * attrs: more attributes, each with a space before it. */
void notice_done(struct item *, const char *outcome, const char *attrs,
    void (*then)(struct item *));

/* The same of a record that came too late. */
void notice_late(struct proxy *, const struct record *);

/* Write <start .../>. */
void notice_start(struct proxy *, const char *attrs);

/* The item will not be there any more. */
void notice_cancel(struct item *);

/* Go on without what takes too long. */
void notices_tick(struct notices *, int64_t now);
/* How many are not on disk yet. */
size_t notices_pending(const struct notices *);
/* End the writer. */
void notices_end(struct notices *);
bool notices_ended(const struct notices *);

#endif
