/* SPDX-License-Identifier: ISC */
/* Compressed segments, by libzstd. */
#include "journal/frames.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "base/mem.h"
#include "base/whole.h"
#include "journal/segment.h"

enum {
	LEVEL = 6,
	HEADER = 18,			     /* bytes of a frame's, at most */
	PLAIN_MAX = JOURNAL_LINE_MAX + 1 + FRAME_SIZE, /* of its lines */
	CHECKSUM = 4,
};

struct frames {
	int fd;
	ZSTD_DCtx *context;
	struct frame *frame; /* those found so far, from the beginning */
	size_t count, cap;
	bool ended;	   /* there are no more */
	struct frame open; /* the one in plain; size 0: none */
	struct buf packed, plain;
};

struct frames *frames_new(int fd)
{
	static const unsigned char magic[] = {0x28, 0xb5, 0x2f, 0xfd};
	struct frames *f;
	char head[4];

	if (whole_part(fd, head, 4, 0) != 4 || memcmp(head, magic, 4) != 0)
		return NULL;
	f = mem_zalloc(sizeof(*f));
	f->fd = fd;
	f->context = ZSTD_createDCtx();
	if (!f->context)
		mem_exhausted();
	return f;
}

void frames_free(struct frames *f)
{
	if (!f)
		return;
	ZSTD_freeDCtx(f->context);
	buf_release(&f->packed);
	buf_release(&f->plain);
	free(f->frame);
	free(f);
}

/* Section 3.1.1.1: magic, descriptor, window, dictionary, content size. */
static size_t header_size(unsigned char descriptor)
{
	static const size_t dictionary[] = {0, 1, 2, 4}, content[] = {0, 2, 4, 8};
	bool single = descriptor & 0x20;
	size_t size = content[descriptor >> 6];

	if (single && size == 0)
		size = 1;
	return 5 + !single + dictionary[descriptor & 3] + size;
}

/* Section 3.1.1.2: go over the blocks from there on, to the end of the frame.
 * False with errno. */
static bool walk_blocks(struct frames *f, struct frame *frame, off_t at)
{
	unsigned char b[3];
	uint32_t block;

	do {
		ssize_t n = whole_part(f->fd, (char *)b, 3, at);

		if (n != 3) {
			errno = n < 0 ? errno : EBADMSG;
			return false;
		}
		block = (uint32_t)(b[0] | b[1] << 8 | b[2] << 16);
		at += 3 + ((block >> 1 & 3) == 1 ? 1 : (off_t)(block >> 3));
		frame->packed = (size_t)(at - frame->at);
		if (frame->packed > ZSTD_compressBound(PLAIN_MAX)) {
			errno = EBADMSG;
			return false;
		}
	} while (!(block & 1));
	return true;
}

/* Find one more frame. False at the end, errno 0, or with errno. */
static bool walk(struct frames *f)
{
	struct frame *last = f->count ? &f->frame[f->count - 1] : NULL;
	struct frame next = {
	    .at = last ? last->at + (off_t)last->packed : 0,
	    .place = last ? last->place + (off_t)last->size : 0};
	char head[HEADER];
	ssize_t n = f->ended ? 0 : whole_part(f->fd, head, HEADER, next.at);
	unsigned long long size;

	errno = n < 0 ? errno : 0;
	if (n <= 0)
		return false;
	size = ZSTD_getFrameContentSize(head, (size_t)n);
	errno = EBADMSG;
	if (n < 6 || size == ZSTD_CONTENTSIZE_ERROR || size == 0 ||
	    size > PLAIN_MAX)
		return false;
	next.size = (size_t)size;
	if (!walk_blocks(f, &next,
		next.at + (off_t)header_size((unsigned char)head[4])))
		return false;
	if (head[4] & 4)
		next.packed += CHECKSUM;
	if (f->count == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 64;
		f->frame = mem_resize(f->frame, f->cap, sizeof(next));
	}
	f->frame[f->count++] = next;
	return true;
}

bool frames_get(struct frames *f, size_t number, struct frame *out)
{
	while (f->count <= number) {
		if (!walk(f))
			return false;
	}
	*out = f->frame[number];
	return true;
}

bool frames_find(struct frames *f, off_t place, struct frame *out)
{
	size_t low = 0, high;

	while (f->count == 0 || f->frame[f->count - 1].place +
		    (off_t)f->frame[f->count - 1].size <= place) {
		if (!walk(f))
			return false;
	}
	high = f->count;
	while (high - low > 1) {
		size_t mid = (low + high) / 2;

		if (f->frame[mid].place <= place)
			low = mid;
		else
			high = mid;
	}
	*out = f->frame[low];
	return true;
}

struct span frames_lines(struct frames *f, const struct frame *frame)
{
	struct span none = {NULL, 0};
	size_t got;
	ssize_t n;

	if (f->open.size && f->open.at == frame->at)
		return (struct span){f->plain.data, frame->size};
	f->open.size = 0;
	buf_reset(&f->packed);
	buf_reset(&f->plain);
	n = whole_part(f->fd, buf_room(&f->packed, frame->packed),
	    frame->packed, frame->at);
	if (n < 0)
		return none;
	got = ZSTD_decompressDCtx(f->context, buf_room(&f->plain, frame->size),
	    frame->size, f->packed.data, (size_t)n);
	if (got != frame->size) {
		errno = EBADMSG;
		return none;
	}
	f->open = *frame;
	return (struct span){f->plain.data, frame->size};
}

ssize_t frames_read_at(struct frames *f, char *p, size_t n, off_t place)
{
	struct frame *o = &f->open, frame;
	struct span lines;
	size_t skip;

	if (o->size && place >= o->place &&
	    place < o->place + (off_t)o->size)
		frame = *o;
	else if (!frames_find(f, place, &frame))
		return errno ? -1 : 0;
	lines = frames_lines(f, &frame);
	if (!lines.p)
		return -1;
	skip = (size_t)(place - frame.place);
	if (n > lines.n - skip)
		n = lines.n - skip;
	memcpy(p, lines.p + skip, n);
	return (ssize_t)n;
}

off_t frames_skip(struct frames *f, off_t place)
{
	struct frame frame;

	if (frames_find(f, place, &frame))
		return frame.place + (off_t)frame.size;
	f->ended = true;
	return place;
}

struct packer {
	ZSTD_CCtx *context;
};

struct packer *packer_new(void)
{
	struct packer *p = mem_zalloc(sizeof(*p));

	p->context = ZSTD_createCCtx();
	if (!p->context)
		mem_exhausted();
	ZSTD_CCtx_setParameter(p->context, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(p->context, ZSTD_c_checksumFlag, 1);
	return p;
}

void packer_free(struct packer *p)
{
	if (p)
		ZSTD_freeCCtx(p->context);
	free(p);
}

size_t packer_take(const char *p, size_t n, bool more)
{
	size_t most = n < FRAME_SIZE ? n : FRAME_SIZE;
	const char *lf;

	if (n < FRAME_SIZE)
		return more ? 0 : n;
	while (most && p[most - 1] != '\n')
		most--;
	if (most)
		return most;
	lf = memchr(p + FRAME_SIZE, '\n', n - FRAME_SIZE);
	return lf ? (size_t)(lf + 1 - p) : more ? 0 : n;
}

void packer_add(struct packer *p, struct span lines, struct buf *out)
{
	size_t room = ZSTD_compressBound(lines.n);
	size_t n = ZSTD_compress2(p->context, buf_room(out, room), room,
	    lines.p, lines.n);

	/* There is room, so only memory can lack. */
	if (ZSTD_isError(n))
		mem_exhausted();
	out->len += n;
}
