/* SPDX-License-Identifier: ISC */
/* Journals into a bucket of S3. */
#include "ship/bucket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "ship/bucket-internal.h"

enum {
	LOOK = 1000, /* milliseconds between looks at the journals */
	AGAIN_FIRST = 250,
	AGAIN_MOST = 8000,
};

struct run {
	struct bucket b;
	struct bucket_target target;
	struct bucket_cursor cursor;
	struct bucket_journal *journal;
};

static enum bucket_step bring_all(struct run *r)
{
	enum bucket_step s = BUCKET_STEP_FINE;

	for (size_t i = 0;
	    i < r->b.journals->count && s == BUCKET_STEP_FINE; i++)
		s = bucket_journal(&r->b, &r->journal[i]);
	if (s == BUCKET_STEP_UNREACHED && journals_ending(r->b.journals, 0))
		s = BUCKET_STEP_ENDED;
	return s;
}

/* ---- all of them, again and again */

static enum journals_result turn(struct run *r)
{
	const struct journals_config *c = r->b.journals;
	int wait = AGAIN_FIRST;
	bool told = false;

	for (;;) {
		enum bucket_step s = bring_all(r);
		bool down = s == BUCKET_STEP_UNREACHED;

		if (s == BUCKET_STEP_ENDED)
			return JOURNALS_ENDED;
		if (s == BUCKET_STEP_BROKEN)
			return JOURNALS_BROKEN;
		if ((down && !told) || s == BUCKET_STEP_DENIED)
			c->say("bucket: %s", bucket_http_why(r->b.http));
		if (s == BUCKET_STEP_DENIED)
			return JOURNALS_REFUSED;
		if (!c->follow)
			return down ? JOURNALS_UNREACHED : JOURNALS_DONE;
		if (!down && told)
			c->say("bucket: it answers again");
		told = down;
		if (journals_ending(c, down ? wait : LOOK))
			return JOURNALS_ENDED;
		wait = !down ? AGAIN_FIRST
		    : wait < AGAIN_MOST ? 2 * wait
					: wait;
	}
}

static bool open_all(struct run *r)
{
	const struct journals_config *c = r->b.journals;

	for (size_t i = 0; i < c->count; i++) {
		struct bucket_journal *one = &r->journal[i];

		*one = (struct bucket_journal){.path = c->path[i],
		    .checkpoints.fd = -1};
		one->lines.fd = open(one->path,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (one->lines.fd < 0) {
			c->say("journal '%s': cannot be opened: %s",
			    one->path, strerror(errno));
			return false;
		}
	}
	return true;
}

static void close_all(struct run *r)
{
	for (size_t i = 0; i < r->b.journals->count; i++) {
		if (r->journal[i].lines.fd > 0)
			close(r->journal[i].lines.fd);
		if (r->journal[i].checkpoints.fd > 0)
			close(r->journal[i].checkpoints.fd);
	}
	free(r->journal);
}

static enum journals_result over_journals(struct run *r)
{
	enum journals_result result = JOURNALS_BROKEN;

	r->journal = mem_zalloc(r->b.journals->count * sizeof(*r->journal));
	r->b.http = bucket_http_new(r->b.config, r->b.journals, &r->target);
	r->b.digester = bucket_digester_new();
	r->b.cursor = &r->cursor;
	if (open_all(r))
		result = turn(r);
	bucket_digester_free(r->b.digester);
	bucket_http_free(r->b.http);
	close_all(r);
	if (r->b.other && (result == JOURNALS_DONE || result == JOURNALS_ENDED))
		result = JOURNALS_BROKEN;
	return result;
}

enum journals_result bucket_run(const struct bucket_config *config,
    const struct journals_config *journals)
{
	struct run r = {.b = {.config = config, .journals = journals}};
	struct buf why = BUF_EMPTY;
	enum journals_result result = JOURNALS_REFUSED;

	if (bucket_target_init(&r.target, config, &why) &&
	    bucket_cursor_init(&r.cursor, config, &why))
		result = over_journals(&r);
	else
		journals->say("%s", buf_str(&why));
	bucket_target_release(&r.target);
	bucket_cursor_release(&r.cursor);
	buf_release(&why);
	return result;
}
