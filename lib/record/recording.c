/* SPDX-License-Identifier: ISC */
/* Recordings into records. */
#include "record/internal.h"

#include <poll.h>
#include <string.h>

#include "io/out.h"
#include "record/reader.h"
#include "xml/document.h"

void recording_init(struct recording *r, const struct local *local,
    unsigned events, size_t limit, struct recorder *recorder, struct xml *xml)
{
	*r = (struct recording){.local = local, .events = events,
	    .limit = limit, .recorder = recorder, .xml = xml};
}

static void restart(struct recording *r, uint64_t at)
{
	scan_restart(&r->scan, at, true);
	r->plain = r->resumable = r->told = false;
}

void recording_begin(struct recording *r, int fd, int64_t changed)
{
	recording_forget(r);
	r->fd = fd;
	r->pos = r->in.len = 0;
	r->drained = true;
	r->ended = r->unstamped = r->undated = r->untimed = false;
	r->scan.limit = r->limit;
	restart(r, 0);
	r->log = r->how.format == RECORDING_LOG;
	r->stray = r->way_used = r->way_lasts = r->has_time = false;
	r->line = (struct logline){.timed = false};
	r->line_at = 0;
	r->way = LOGLINE_UNTOLD;
	r->view = r->seen_by = LOGLINE_ANY;
	r->loose = 0;
	r->wrappers = 0;
	r->sense = r->how.sense;
	r->sense.latest = changed;
	if (!r->how.dated)
		r->sense.day = moment_day(changed, &r->sense);
	r->guessed_day = false;
	r->day_micros = 0;
	r->now = recording_session(r, NULL, (struct span){NULL, 0});
	out_pipe_size(fd);
}

void recording_release(struct recording *r)
{
	if (!r)
		return;
	recording_forget(r);
	buf_release(&r->in);
	buf_release(&r->stanza);
	buf_release(&r->text);
	buf_release(&r->said);
	buf_release(&r->host);
	scan_release(&r->scan);
	xml_root_release(&r->root);
}

int recording_fault(struct recording *r, uint64_t at, const char *why)
{
	r->at = at;
	r->why = why;
	return RECORDING_FAULT;
}

void recording_skip(struct recording *r, size_t n)
{
	r->pos += n;
	r->scan.at += n;
}

uint64_t recording_place(const struct recording *r, size_t i)
{
	return r->scan.at - r->pos + i;
}

size_t recording_index(const struct recording *r, uint64_t at)
{
	uint64_t begin = r->scan.at - r->pos;

	return at < begin ? 0 : (size_t)(at - begin);
}

struct span recording_name(struct span tag, size_t skip)
{
	size_t n = skip;

	while (n < tag.n && !memchr(" \t\r\n/>", tag.p[n], 6))
		n++;
	return (struct span){tag.p + skip, n - skip};
}

/* Whoever writes a stanza writes it whole: one that may hold others, and is
 * left open while its writer does nothing, is not ended. */
static bool stands_still(const struct recording *r)
{
	struct pollfd fd = {.fd = r->fd, .events = POLLIN};

	return r->scan.inside && r->resumable &&
	    poll(&fd, 1, RECORDING_STILL) == 0;
}

static bool fill(struct recording *r)
{
	size_t keep = r->pos > RECORDING_BEHIND ? r->pos - RECORDING_BEHIND
						: 0;
	size_t resume;
	ssize_t n;

	if (r->resumable) {
		resume = recording_index(r, r->resume_at);
		keep = keep < resume ? keep : resume;
	}
	buf_consume(&r->in, keep);
	r->pos -= keep;
	buf_room(&r->in, READER_CHUNK);
	n = reader_read(r->fd, r->in.data + r->in.len, READER_CHUNK);
	if (n < 0)
		return false;
	recorder_now(r->recorder);
	r->in.len += (size_t)n;
	r->ended = n == 0;
	return true;
}

/* The item is over: what follows on its line is no more of its prefix. */
static int over(struct recording *r, int what)
{
	r->line_at = r->scan.at;
	r->line.tag_only = false;
	r->stray = r->scan.stray;
	r->plain = r->resumable = r->told = false;
	return what;
}

/* Servers take longer stanzas than we may, but none of this size: so one that
 * holds what may be stanzas is not ended. Others are never too long. */
static bool is_unending(const struct recording *r, uint64_t size)
{
	return r->resumable && size > 4 * (uint64_t)r->limit;
}

static int fault(struct recording *r, struct buf *lines)
{
	if (r->resumable && r->scan.lost)
		return recording_resume(r, lines);
	return over(r, recording_fault(r, r->scan.fault_at, r->scan.why));
}

static int take(struct recording *r, struct buf *lines, enum scan_item item)
{
	const char *why;
	int what;

	if ((item == SCAN_ELEMENT || item == SCAN_OVERSIZE) &&
	    is_unending(r, r->scan.at - r->scan.item_at))
		return recording_resume(r, lines);
	switch (item) {
	case SCAN_HEADER:
		return over(r, recording_header(r, lines));
	case SCAN_ELEMENT:
		what = recording_ended(r);
		if (what == RECORDING_NOTHING)
			what = recording_element(r, lines);
		return over(r, what);
	case SCAN_FOOTER:
		return over(r, recording_footer(r, lines));
	case SCAN_DECLARATION:
		why = xml_declaration(r->scan.item);
		return over(r, why ? recording_fault(r, r->scan.item_at, why)
				   : RECORDING_NOTHING);
	case SCAN_OVERSIZE:
		return over(r, recording_oversize(r, lines));
	case SCAN_OPEN:
		return recording_open(r, lines);
	case SCAN_INNER:
		return recording_inner(r, lines);
	default:
		return fault(r, lines);
	}
}

static int end(struct recording *r, struct buf *lines)
{
	size_t left = r->in.len - r->pos;

	if (r->scan.inside && r->resumable)
		return recording_resume(r, lines);
	if (scan_cut_off(&r->scan, left)) {
		r->pos = r->in.len;
		recording_fault(r, r->scan.fault_at, r->scan.why);
		restart(r, r->scan.at + left);
		return RECORDING_FAULT;
	}
	if (r->wrappers && recording_leave(r, lines, (struct span){NULL, 0}))
		return recording_fault(r, r->scan.at,
		    "the export is cut off before its end");
	for (size_t i = 0; i < r->streams; i++)
		recording_close(r, r->stream[i], lines);
	return RECORDING_END;
}

/* It is told at once, not only when something else begins. */
static int too_long(struct recording *r, struct buf *lines)
{
	uint64_t size = r->scan.at + r->scan.seen - r->scan.item_at;

	if (!r->scan.inside || size <= r->limit)
		return RECORDING_NOTHING;
	if (is_unending(r, size))
		return recording_resume(r, lines);
	if (!r->plain || r->told)
		return RECORDING_NOTHING;
	return recording_lost(r, r->scan.item_at, size);
}

static int step(struct recording *r, struct buf *lines)
{
	enum scan_item item;
	size_t used;
	int what = RECORDING_NOTHING;

	if (!r->scan.inside)
		what = recording_text(r, lines);
	if (what == RECORDING_MORE)
		return r->ended ? end(r, lines) : RECORDING_MORE;
	if (what != RECORDING_NOTHING)
		return what;
	item = scan_next(&r->scan, r->in.data + r->pos, r->in.len - r->pos,
	    &used);
	r->pos += used;
	if (item != SCAN_MORE) {
		what = take(r, lines, item);
		if (item == SCAN_FAULT && r->scan.ended)
			recording_close(r, r->now, lines);
		return what;
	}
	if (r->ended)
		return end(r, lines);
	what = too_long(r, lines);
	return what == RECORDING_NOTHING ? RECORDING_MORE : what;
}

enum recording_item recording_next(struct recording *r, struct buf *lines)
{
	int what = RECORDING_NOTHING;

	if (r->drained && stands_still(r))
		what = recording_resume(r, lines);
	else if (r->drained && !fill(r))
		return RECORDING_ERROR;
	r->drained = false;
	while (what == RECORDING_NOTHING)
		what = step(r, lines);
	if (what != RECORDING_MORE)
		return (enum recording_item)what;
	r->drained = true;
	return RECORDING_DRAINED;
}
