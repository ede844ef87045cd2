/* SPDX-License-Identifier: ISC */
/* A growable run of bytes. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

char *buf_room(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 256;

	if (n > SIZE_MAX / 2 - b->len)
		mem_exhausted();
	if (b->cap - b->len < n) {
		while (cap - b->len < n)
			cap *= 2;
		b->data = mem_resize(b->data, cap, 1);
		b->cap = cap;
	}
	return b->data + b->len;
}

void buf_addf(struct buf *b, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (n < 0)
		return;
	buf_room(b, (size_t)n + 1);
	va_start(ap, format);
	vsnprintf(b->data + b->len, (size_t)n + 1, format, ap);
	va_end(ap);
	b->len += (size_t)n;
}

const char *buf_str(struct buf *b)
{
	*buf_room(b, 1) = '\0';
	return b->data;
}

void buf_consume(struct buf *b, size_t n)
{
	b->len -= n;
	if (b->len)
		memmove(b->data, b->data + n, b->len);
}

void buf_splice(struct buf *b, size_t at, size_t cut, const char *p, size_t n)
{
	if (n > cut)
		buf_room(b, n - cut);
	memmove(b->data + at + n, b->data + at + cut, b->len - at - cut);
	if (n)
		memcpy(b->data + at, p, n);
	b->len = b->len - cut + n;
}

char *buf_detach(struct buf *b)
{
	char *data;

	buf_str(b);
	data = b->data;
	*b = (struct buf)BUF_EMPTY;
	return data;
}

void buf_release(struct buf *b)
{
	if (!b)
		return;
	free(b->data);
	*b = (struct buf)BUF_EMPTY;
}
