/* SPDX-License-Identifier: ISC */
/* Damage to what lines, words and numbers make up, for fuzzers: the same for
 * the same seed. */
#ifndef MANGLE_H
#define MANGLE_H

#include <stdint.h>

#include "base/buf.h"

struct mangle {
	uint64_t state;
};

/* A number below n (n > 0); splitmix64. */
static inline size_t mangle_below(struct mangle *m, size_t n)
{
	uint64_t z = m->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (size_t)((z ^ z >> 31) >> 11) % n;
}

/* What parsers stumble over. */
static const char *const mangle_words[] = {"\n", "\n\n", "\t", " ", "+", "=",
    "/", "-", "\xe2\x80\x94 ", "\xff", "\xc3", "\x7f", "\r", "0", "00", "-1",
    "9223372036854775807", "9223372036854775808", "18446744073709551615",
    "18446744073709551616", "999999999999999999", "99999999999999999999999",
    "AAAA", "A===", "old ", "index ", "extra ", "# pruned ", "# erased sha256=",
    "# erasure ", "# cup-journal 2 ", "# segment ", "id=", "chain=", "tree=",
    "seq=", "pruned ", "erasure ", "segment", "0-0", "7-3", "1-1"};

static inline void mangle_once(struct mangle *m, struct buf *b)
{
	size_t at = mangle_below(m, b->len + 1), left = b->len - at;
	size_t n = left ? 1 + mangle_below(m, left < 40 ? left : 40) : 0;
	size_t to = mangle_below(m, b->len + 1), kind = mangle_below(m, 8);
	const char *word = mangle_words[mangle_below(m,
	    sizeof(mangle_words) / sizeof(*mangle_words))];
	struct buf piece = BUF_EMPTY;

	buf_add(&piece, b->data + at, n);
	buf_str(&piece);
	if (kind == 0 && left)
		b->data[at] = (char)(b->data[at] ^ 1 << mangle_below(m, 8));
	else if (kind == 1 && left)
		b->data[at] = (char)mangle_below(m, 256);
	else if (kind == 2)
		buf_splice(b, at, n, "", 0);
	else if (kind == 3)
		buf_splice(b, to, 0, piece.data, piece.len);
	else if (kind == 4)
		buf_splice(b, at, n, word, strlen(word));
	else if (kind == 5 && mangle_below(m, 4) == 0)
		b->len = at;
	else if (kind == 6)
		buf_splice(b, at, 0, word, strlen(word));
	else if (kind == 7 && to + n <= b->len && n)
		memcpy(b->data + to, piece.data, n);
	buf_release(&piece);
}

/* Set out to that text, with some damage or none. */
static inline void mangle_text(struct mangle *m, struct span text,
    struct buf *out)
{
	size_t times = mangle_below(m, 5);

	buf_reset(out);
	buf_addspan(out, text);
	buf_str(out);
	while (times--)
		mangle_once(m, out);
	buf_str(out);
}

#endif
