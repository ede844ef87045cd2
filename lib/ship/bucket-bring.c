/* SPDX-License-Identifier: ISC */
/* One file of a journal into a bucket. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/whole.h"
#include "ship/bucket-internal.h"

struct bringing {
	struct bucket *b;
	const struct bucket_file *f;
	struct buf name; /* of the object */
	struct bucket_digest here;
	bool sent;
};

static const char *name_of(struct bringing *g)
{
	return buf_str(&g->name);
}

static enum bucket_brought unread(struct bringing *g)
{
	g->b->journals->say("cannot read '%s': %s", name_of(g),
	    strerror(errno));
	return BUCKET_UNREAD;
}

static enum bucket_brought gone_wrong(enum bucket_answer a)
{
	return a == BUCKET_LATER ? BUCKET_UNREACHED : BUCKET_DENIED;
}

static bool same(const struct bucket_digest *a, const struct bucket_digest *b)
{
	return a->size == b->size &&
	    memcmp(a->sha256, b->sha256, BUCKET_SHA256) == 0;
}

/* Other bytes are there. A segment may have been cut here since it was sent:
 * what the bucket has is then what it is to keep. */
static enum bucket_brought other(struct bringing *g, const char *name)
{
	const struct bucket_file *f = g->f;
	int cut = !g->sent && f->first ? bucket_file_cut(f->dir, f->first) : 0;

	if (cut < 0)
		return unread(g);
	if (cut) {
		g->b->journals->say("object '%s' keeps what was pruned or "
				    "erased here", name);
		return BUCKET_THERE;
	}
	g->b->journals->say(g->sent
		? "object '%s' did not arrive as it is here"
		: "object '%s' is there with other bytes, and left as it is",
	    name);
	return BUCKET_OTHER;
}

static enum bucket_brought send(struct bringing *g, bool over);

/* A checkpoint that was sent before others signed it, too. */
static enum bucket_brought grown(struct bringing *g)
{
	struct buf there = BUF_EMPTY, here = BUF_EMPTY;
	struct bucket_digest d;
	enum bucket_answer a = bucket_http_get(g->b->http, name_of(g),
	    BUCKET_NOTE, &d, &there);
	bool read, begins;

	if (a != BUCKET_YES) {
		buf_release(&there);
		return gone_wrong(a);
	}
	read = lseek(g->f->fd, 0, SEEK_SET) == 0 &&
	    whole_read(g->f->fd, BUCKET_NOTE, &here);
	begins = read && d.size == there.len && there.len < here.len &&
	    span_starts(buf_span(&here), buf_str(&there));
	buf_release(&there);
	buf_release(&here);
	if (!read)
		return unread(g);
	return begins ? send(g, true) : other(g, name_of(g));
}

/* What is told of an object, against what it should have. */
static enum bucket_brought compare(struct bringing *g, const char *name,
    const struct bucket_told *told, const struct bucket_digest *want)
{
	int is = bucket_told_same(told, want);
	struct bucket_digest d;

	if (is < 0 || (is > 0 && g->b->config->verify)) {
		enum bucket_answer a = bucket_http_get(g->b->http, name,
		    want->size, &d, NULL);

		if (a != BUCKET_YES)
			return gone_wrong(a);
		is = same(&d, want);
	}
	return is ? BUCKET_THERE : BUCKET_OTHER;
}

static enum bucket_brought judge(struct bringing *g,
    const struct bucket_told *told)
{
	enum bucket_brought r = compare(g, name_of(g), told, &g->here);

	if (r != BUCKET_OTHER)
		return r;
	return g->f->grows && !g->sent ? grown(g) : other(g, name_of(g));
}

static enum bucket_brought look(struct bringing *g)
{
	struct bucket_told told;
	enum bucket_answer a = bucket_http_head(g->b->http, name_of(g), &told);

	if (a != BUCKET_YES)
		return gone_wrong(a == BUCKET_MISSING ? BUCKET_LATER : a);
	return judge(g, &told);
}

static enum bucket_brought send(struct bringing *g, bool over)
{
	enum bucket_answer a = bucket_http_put(g->b->http, name_of(g),
	    g->f->fd, &g->here, over);

	/* Somebody else was faster. */
	if (a == BUCKET_EXISTS)
		return look(g);
	if (a != BUCKET_YES)
		return gone_wrong(a);
	g->sent = true;
	return look(g);
}

/* A segment's other name: the lines of one that is compressed by now may be
 * there as they were before, and of one that was compressed and is not any more
 * something was cut. */
static enum bucket_brought twin(struct bringing *g)
{
	bool packed = span_ends(buf_span(&g->name), ".zst");
	struct buf name = BUF_EMPTY;
	struct bucket_digest lines;
	struct bucket_told told;
	enum bucket_answer a;
	enum bucket_brought r;

	buf_addspan(&name, buf_span(&g->name));
	if (packed)
		name.len -= strlen(".zst");
	else
		buf_adds(&name, ".zst");
	a = bucket_http_head(g->b->http, buf_str(&name), &told);
	if (a == BUCKET_MISSING)
		r = send(g, false);
	else if (a != BUCKET_YES)
		r = gone_wrong(a);
	else if (!packed)
		r = other(g, buf_str(&name));
	else if (!bucket_file_digest(g->b->digester, g->f->fd, true, &lines))
		r = unread(g);
	else {
		r = compare(g, buf_str(&name), &told, &lines);
		r = r == BUCKET_OTHER ? other(g, buf_str(&name)) : r;
	}
	buf_release(&name);
	return r;
}

static enum bucket_brought bring(struct bringing *g)
{
	struct bucket_told told;
	enum bucket_answer a;

	if (!bucket_file_digest(g->b->digester, g->f->fd, false, &g->here))
		return unread(g);
	a = bucket_http_head(g->b->http, name_of(g), &told);
	if (a == BUCKET_MISSING)
		return g->f->first ? twin(g) : send(g, false);
	return a == BUCKET_YES ? judge(g, &told) : gone_wrong(a);
}

enum bucket_brought bucket_bring(struct bucket *b, const struct bucket_file *f)
{
	struct bringing g = {.b = b, .f = f};
	enum bucket_brought r;

	buf_addf(&g.name, "%s/%s", f->journal, f->name);
	r = bring(&g);
	buf_release(&g.name);
	return r;
}
