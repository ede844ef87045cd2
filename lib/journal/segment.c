/* SPDX-License-Identifier: ISC */
/* The segments of a journal. */
#include "journal/segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/eight.h"
#include "base/mem.h"

enum { NAME_DIGITS = 20, OPEN_TRIES = 4 };

void segment_name(char out[JOURNAL_NAME], uint64_t first)
{
	snprintf(out, JOURNAL_NAME, "%020llu.log", (unsigned long long)first);
}

void segment_name_packed(char out[JOURNAL_NAME], uint64_t first)
{
	snprintf(out, JOURNAL_NAME, "%020llu.log.zst",
	    (unsigned long long)first);
}

static int open_regular(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	return fd;
}

int segment_open(int dir, uint64_t first, char name[JOURNAL_NAME])
{
	int fd = -1;

	/* One takes the place of the other while nobody looks. */
	for (int i = 0; i < OPEN_TRIES && fd < 0; i++) {
		if (i % 2)
			segment_name_packed(name, first);
		else
			segment_name(name, first);
		fd = open_regular(dir, name);
		if (fd < 0 && errno != ENOENT)
			break;
	}
	return fd;
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
	name += NAME_DIGITS;
	return n > 0 && (strcmp(name, ".log") == 0 ||
	    strcmp(name, ".log.zst") == 0);
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

static void sort(struct segment_list *l)
{
	size_t kept = 0;

	if (l->count)
		qsort(l->first, l->count, sizeof(*l->first), ascending);
	for (size_t i = 0; i < l->count; i++) {
		if (!kept || l->first[kept - 1] != l->first[i])
			l->first[kept++] = l->first[i];
	}
	l->count = kept;
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
	if (fd)
		return false;
	sort(l);
	return true;
}

void segment_list_release(struct segment_list *l)
{
	free(l->first);
	*l = (struct segment_list){NULL, 0, 0};
}

bool journal_hex(const char *p, size_t n)
{
	size_t i = 0;

	for (; i + 8 <= n; i += 8) {
		if (!eight_hex(eight_load(p + i)))
			return false;
	}
	for (; i < n; i++) {
		if (!((p[i] >= '0' && p[i] <= '9') ||
			(p[i] >= 'a' && p[i] <= 'f')))
			return false;
	}
	return true;
}

/* A number without leading zeros; *i is behind it, or where it began. */
static uint64_t number(struct span line, size_t *i)
{
	size_t from = *i;
	uint64_t n = 0;

	while (*i < line.n && *i - from < JOURNAL_SEQ_DIGITS &&
	    line.p[*i] >= '0' && line.p[*i] <= '9')
		n = n * 10 + (uint64_t)(line.p[(*i)++] - '0');
	if (*i > from && line.p[from] == '0')
		*i = from;
	return n;
}

bool journal_number(struct span digits, uint64_t *n)
{
	size_t i = 0;

	*n = digits.p ? number(digits, &i) : 0;
	return i > 0 && i == digits.n;
}

/* TAB CHAIN TAB TEXT at i. */
static bool split_rest(struct span line, size_t i, struct span *chain,
    struct span *text)
{
	if (line.n < i + DIGEST_HEX + 3 || line.p[i] != '\t' ||
	    line.p[i + 1 + DIGEST_HEX] != '\t')
		return false;
	*chain = (struct span){line.p + i + 1, DIGEST_HEX};
	i += DIGEST_HEX + 2;
	*text = (struct span){line.p + i, line.n - i};
	return journal_hex(chain->p, chain->n);
}

bool journal_split(struct span line, uint64_t *seq, struct span *chain,
    struct span *text)
{
	size_t i = 0;
	uint64_t n = number(line, &i);

	if (i == 0 || !split_rest(line, i, chain, text))
		return false;
	*seq = n;
	return true;
}

bool journal_pruned(struct span text)
{
	return span_is(text, "# pruned") || span_starts(text, "# pruned id=") ||
	    span_starts(text, "# pruned version=");
}

bool journal_split_pruned(struct span line, uint64_t *from, uint64_t *to,
    struct span *chain, struct span *text)
{
	size_t i = 0, second;

	*from = number(line, &i);
	if (i == 0 || i == line.n || line.p[i] != '-')
		return false;
	second = ++i;
	*to = number(line, &i);
	return i > second && *from <= *to &&
	    split_rest(line, i, chain, text) && journal_pruned(*text);
}

struct span journal_decimal(char out[20], uint64_t n)
{
	char *p = out + 20;

	do
		*--p = (char)('0' + n % 10);
	while ((n /= 10));
	return (struct span){p, (size_t)(out + 20 - p)};
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
