/* SPDX-License-Identifier: ISC */
/* Rows in the binary format of COPY. */
#include "ship/copy.h"

enum { UUID_BYTES = 16 };

/* 2000-01-01, which the server counts from. */
static const int64_t epoch = INT64_C(946684800000000);

void copy_16(struct buf *b, unsigned n)
{
	char *p = buf_room(b, 2);

	p[0] = (char)(n >> 8 & 0xff);
	p[1] = (char)(n & 0xff);
	b->len += 2;
}

void copy_32(struct buf *b, uint32_t n)
{
	copy_16(b, n >> 16);
	copy_16(b, n & 0xffff);
}

static void add_64(struct buf *b, uint64_t n)
{
	copy_32(b, (uint32_t)(n >> 32));
	copy_32(b, (uint32_t)(n & 0xffffffff));
}

void copy_begin(struct buf *b)
{
	static const char signature[] = "PGCOPY\n\377\r\n";

	buf_add(b, signature, sizeof(signature));
	copy_32(b, 0); /* flags */
	copy_32(b, 0); /* and no more of the header */
}

void copy_end(struct buf *b)
{
	copy_16(b, 0xffff);
}

void copy_row(struct buf *b, unsigned columns)
{
	copy_16(b, columns);
}

void copy_null(struct buf *b)
{
	copy_32(b, UINT32_MAX);
}

void copy_text(struct buf *b, struct span s)
{
	copy_32(b, (uint32_t)s.n);
	buf_addspan(b, s);
}

void copy_bigint(struct buf *b, int64_t n)
{
	copy_32(b, sizeof(n));
	add_64(b, (uint64_t)n);
}

void copy_time(struct buf *b, int64_t micros)
{
	copy_bigint(b, micros - epoch);
}

static unsigned digit(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a' + 10);
}

void copy_uuid(struct buf *b, struct span s)
{
	copy_32(b, UUID_BYTES);
	for (size_t i = 0; i + 1 < s.n; i += 2) {
		if (s.p[i] == '-')
			i++;
		buf_addc(b, (char)(digit(s.p[i]) << 4 | digit(s.p[i + 1])));
	}
}

size_t copy_value_begin(struct buf *b)
{
	copy_32(b, 0);
	return b->len;
}

void copy_value_end(struct buf *b, size_t begun)
{
	size_t end = b->len;

	b->len = begun - 4;
	copy_32(b, (uint32_t)(end - begun));
	b->len = end;
}
