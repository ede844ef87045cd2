/* SPDX-License-Identifier: ISC */
/* Stretches of lines. */
#include "journal/stretch.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/whole.h"
#include "journal/segment.h"

bool stretches_begin(struct stretches *s, int fd, off_t end)
{
	struct stat st;

	*s = (struct stretches){.fd = fd, .end = end};
	if (end < 0 && fstat(fd, &st) != 0)
		return false;
	if (end < 0)
		s->end = st.st_size;
	s->packed = frames_new(fd);
	return true;
}

void stretches_end(struct stretches *s)
{
	frames_free(s->packed);
	s->packed = NULL;
}

/* The end of the line that the byte before at is in; -1 with errno. */
static off_t line_end(const struct stretches *s, off_t at)
{
	off_t most = at + JOURNAL_LINE_MAX + 1;
	char part[4096];
	ssize_t n;

	for (at--; at < s->end && at < most; at += n) {
		const char *lf;

		n = whole_part(s->fd, part, sizeof(part), at);
		if (n <= 0)
			return n < 0 ? -1 : s->end;
		lf = memchr(part, '\n', (size_t)n);
		if (lf)
			return at + (lf + 1 - part);
	}
	errno = EFBIG;
	return at < s->end ? -1 : s->end;
}

bool stretches_next(struct stretches *s, struct frame *out)
{
	off_t end = s->place + FRAME_SIZE;

	if (s->packed)
		return frames_get(s->packed, s->number++, out);
	errno = 0;
	if (s->place >= s->end)
		return false;
	end = end < s->end ? line_end(s, end) : s->end;
	if (end < 0)
		return false;
	end = end < s->end ? end : s->end;
	*out = (struct frame){s->place, (size_t)(end - s->place), s->place,
	    (size_t)(end - s->place)};
	s->place = end;
	return true;
}

struct span stretches_read(struct stretches *s, const struct frame *f,
    struct buf *b)
{
	struct span none = {NULL, 0};
	ssize_t n;

	if (s->packed)
		return frames_lines(s->packed, f);
	buf_reset(b);
	n = whole_part(s->fd, buf_room(b, f->size + 1), f->size, f->at);
	if (n >= 0 && (size_t)n < f->size)
		errno = EBADMSG;
	if (n < 0 || (size_t)n < f->size)
		return none;
	b->len = f->size;
	return buf_span(b);
}
