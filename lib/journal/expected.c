/* SPDX-License-Identifier: ISC */
/* Heads of a journal that were kept elsewhere. */
#include "journal/expected.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "journal/segment.h"
#include "record/reader.h"

static bool add(struct expected_heads *h, struct span s)
{
	const char *tab = memchr(s.p, '\t', s.n);
	const char *colon = memchr(s.p, ':', s.n);
	size_t n = tab ? (size_t)(tab - s.p) : s.n;
	char line[JOURNAL_SEQ_DIGITS + DIGEST_HEX + 8];
	struct span chain, text;
	struct head head;
	size_t digits = colon ? (size_t)(colon - s.p) : 0;

	if (!colon || digits > JOURNAL_SEQ_DIGITS ||
	    n != digits + 1 + DIGEST_HEX)
		return false;
	/* The form of a journal's line, but for its signs. */
	memcpy(line, s.p, n);
	line[digits] = '\t';
	memcpy(line + n, "\t-", 2);
	if (!journal_split((struct span){line, n + 2}, &head.seq, &chain,
		&text))
		return false;
	memcpy(head.chain, chain.p, DIGEST_HEX);
	if (h->count == h->cap) {
		h->cap = h->cap ? h->cap * 2 : 16;
		h->head = mem_resize(h->head, h->cap, sizeof(head));
	}
	h->head[h->count++] = head;
	return true;
}

bool expected_add(struct expected_heads *h, const char *text)
{
	return add(h, span_of(text));
}

long expected_add_file(struct expected_heads *h, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum reader_item item;
	struct reader in;
	long bad = 0;

	if (fd < 0)
		return -1;
	reader_init(&in, fd);
	while (!bad && (item = reader_line(&in)) != READER_END) {
		if (item == READER_ERROR)
			bad = -1;
		else if (item != READER_DRAINED &&
		    (item != READER_RECORD || !add(h, in.line)))
			bad = (long)in.number;
	}
	reader_release(&in);
	close(fd);
	return bad;
}

static int ascending(const void *a, const void *b)
{
	const struct head *x = a, *y = b;

	return (x->seq > y->seq) - (x->seq < y->seq);
}

void expected_begin(struct expected_heads *h)
{
	h->at = 0;
	if (h->count)
		qsort(h->head, h->count, sizeof(*h->head), ascending);
}

bool expected_fit(struct expected_heads *h, const struct journal_line *l)
{
	bool ok = true;

	while (h->at < h->count && h->head[h->at].seq <= l->seq) {
		if (h->head[h->at].seq == l->seq &&
		    memcmp(h->head[h->at].chain, l->chain.p, DIGEST_HEX) != 0)
			ok = false;
		h->at++;
	}
	return ok;
}

const struct head *expected_beyond(const struct expected_heads *h, uint64_t seq)
{
	for (size_t i = h->at; i < h->count; i++) {
		if (h->head[i].seq > seq)
			return &h->head[i];
	}
	return NULL;
}

void expected_release(struct expected_heads *h)
{
	free(h->head);
	*h = (struct expected_heads){NULL, 0, 0, 0};
}
