/* SPDX-License-Identifier: ISC */
/* The segments of a journal. */
#include "journal/segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

enum { NAME_DIGITS = 20 };

const char journal_zeros[DIGEST_HEX + 1] =
    "00000000000000000000000000000000"
    "00000000000000000000000000000000";

void segment_name(char out[JOURNAL_NAME], uint64_t first)
{
	snprintf(out, JOURNAL_NAME, "%020llu.log", (unsigned long long)first);
}

bool segment_first(const char *name, uint64_t *first)
{
	uint64_t n = 0;

	for (int i = 0; i < NAME_DIGITS; i++) {
		unsigned digit = (unsigned)name[i] - '0';

		if (digit > 9 || n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*first = n;
	return n > 0 && strcmp(name + NAME_DIGITS, ".log") == 0;
}

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void add(struct segment_list *l, uint64_t first)
{
	if (l->count == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 16;
		l->first = mem_resize(l->first, l->cap, sizeof(*l->first));
	}
	l->first[l->count++] = first;
}

bool segment_list_read(struct segment_list *l, int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	uint64_t first;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	l->count = 0;
	while ((errno = 0, e = readdir(d))) {
		if (segment_first(e->d_name, &first))
			add(l, first);
	}
	fd = errno;
	closedir(d);
	errno = fd;
	if (l->count)
		qsort(l->first, l->count, sizeof(*l->first), ascending);
	return errno == 0;
}

void segment_list_release(struct segment_list *l)
{
	free(l->first);
	*l = (struct segment_list){NULL, 0, 0};
}

static bool is_hex(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!((p[i] >= '0' && p[i] <= '9') ||
			(p[i] >= 'a' && p[i] <= 'f')))
			return false;
	}
	return true;
}

bool journal_split(struct span line, uint64_t *seq, struct span *chain,
    struct span *text)
{
	uint64_t n = 0;
	size_t i = 0;

	while (i < line.n && i < JOURNAL_SEQ_DIGITS && line.p[i] >= '0' &&
	    line.p[i] <= '9')
		n = n * 10 + (uint64_t)(line.p[i++] - '0');
	if (i == 0 || line.p[0] == '0' || line.n < i + DIGEST_HEX + 3)
		return false;
	if (line.p[i] != '\t' || line.p[i + 1 + DIGEST_HEX] != '\t')
		return false;
	*seq = n;
	*chain = (struct span){line.p + i + 1, DIGEST_HEX};
	i += DIGEST_HEX + 2;
	*text = (struct span){line.p + i, line.n - i};
	return is_hex(chain->p, chain->n);
}

struct span journal_decimal(char out[20], uint64_t n)
{
	char *p = out + 20;

	do
		*--p = (char)('0' + n % 10);
	while ((n /= 10));
	return (struct span){p, (size_t)(out + 20 - p)};
}

void journal_chain(struct digest *d, const char prev[DIGEST_HEX], uint64_t seq,
    struct span text, char out[DIGEST_HEX])
{
	char head[DIGEST_HEX + 1 + 20 + 1], digits[20];
	struct span number = journal_decimal(digits, seq);
	size_t n = DIGEST_HEX;

	memcpy(head, prev, n);
	head[n++] = '\t';
	memcpy(head + n, number.p, number.n);
	n += number.n;
	head[n++] = '\t';
	digest_begin(d);
	digest_add(d, head, n);
	digest_add(d, text.p, text.n);
	digest_hex(d, out);
}

struct span note_value(struct span note, const char *key)
{
	const char *p = note.p, *end = note.p + note.n;
	size_t n = strlen(key);

	while (p && p < end) {
		const char *space = memchr(p, ' ', (size_t)(end - p));
		size_t len = (size_t)((space ? space : end) - p);

		if (len > n && memcmp(p, key, n) == 0 && p[n] == '=')
			return (struct span){p + n + 1, len - n - 1};
		p = space ? space + 1 : NULL;
	}
	return (struct span){NULL, 0};
}
