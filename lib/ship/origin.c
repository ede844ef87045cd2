/* SPDX-License-Identifier: ISC */
/* Where a record was in a stream. */
#define _GNU_SOURCE /* memmem */
#include "ship/origin.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal/journal.h"
#include "journal/segment.h"

static const char key[] = "\tstream="; /* fields come with their TABs */

enum { KEY = sizeof(key) - 1, DIGITS = 19 };

void origin_write(struct buf *out, const struct record *r, const char *stream,
    uint64_t message, struct buf *scratch)
{
	struct record with = *r;
	struct span extra = r->extra, field;
	size_t before = out->len, without;

	buf_reset(scratch);
	while (record_extra_next(&extra, &field)) {
		if (!span_starts(field, key))
			buf_addspan(scratch, field);
	}
	without = scratch->len;
	buf_addf(scratch, "%s%s:%" PRIu64, key, stream, message);
	with.extra = buf_span(scratch);
	record_write(out, &with);
	if (out->len - before - 1 <= RECORD_LINE_MAX)
		return;
	out->len = before;
	with.extra.n = without;
	record_write(out, &with);
}

static uint64_t read_origin(struct span field, const char *stream)
{
	size_t n = strlen(stream), at = KEY + n + 1;
	char digits[DIGITS + 1];

	if (field.n <= at || field.n - at > DIGITS ||
	    memcmp(field.p, key, KEY) != 0 ||
	    memcmp(field.p + KEY, stream, n) != 0 || field.p[at - 1] != ':')
		return 0;
	memcpy(digits, field.p + at, field.n - at);
	digits[field.n - at] = '\0';
	return strspn(digits, "0123456789") == field.n - at
	    ? strtoull(digits, NULL, 10)
	    : 0;
}

/* Most lines are told by the search alone, if they are of another. */
static uint64_t of_line(struct span text, const char *stream)
{
	struct record r;
	struct span field;
	uint64_t n = 0;

	if (!memmem(text.p, text.n, key, KEY) ||
	    record_parse(&r, text.p, text.n))
		return 0;
	while (record_extra_next(&r.extra, &field)) {
		uint64_t one = read_origin(field, stream);

		n = one ? one : n;
	}
	return n;
}

static bool of_segment(int dir, uint64_t first, const char *stream,
    uint64_t *message)
{
	struct journal_reader *r = journal_open_segment(dir, first, false);
	enum journal_item item = r ? JOURNAL_RECORD : JOURNAL_ERROR;
	struct journal_line line;

	while (item != JOURNAL_END && item != JOURNAL_ERROR) {
		uint64_t n;

		item = journal_next(r, &line);
		n = item == JOURNAL_RECORD ? of_line(line.text, stream) : 0;
		*message = n ? n : *message;
	}
	if (r) {
		int error = errno;

		journal_close(r);
		errno = error;
	}
	return item == JOURNAL_END;
}

bool origin_last(const char *journal, const char *stream, uint64_t *message)
{
	struct segment_list list = {.count = 0};
	int dir = open(journal, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok;

	*message = 0;
	if (dir < 0)
		return errno == ENOENT;
	ok = segment_list_read(&list, dir);
	for (size_t i = list.count; ok && i > 0 && !*message; i--)
		ok = of_segment(dir, list.first[i - 1], stream, message);
	segment_list_release(&list);
	close(dir);
	return ok;
}
