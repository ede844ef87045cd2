/* SPDX-License-Identifier: ISC */
/* How far a journal is in a stream. */
#include "ship/places.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/uuid.h"
#include "ship/jetstream-read.h"

enum {
	CHUNK = 1024, /* messages that are looked at first, from the end */
	GROWTH = 8,   /* and how many times more each time */
	WAIT = 200,   /* milliseconds for the next message, at once */
	BEHIND = 2000, /* and in all, for what a server has not yet */
};

void places_write(char place[JETSTREAM_PLACE_MAX + 1], const char *id,
    uint64_t seq)
{
	snprintf(place, JETSTREAM_PLACE_MAX + 1, "%s:%" PRIu64, id, seq);
}

static uint64_t read_place(const char *place, const char *id)
{
	size_t n = strlen(id);
	const char *digits = place + n + 1;

	if (strncmp(place, id, n) != 0 || place[n] != ':' ||
	    strspn(digits, "0123456789") != strlen(digits) ||
	    strlen(digits) > 19)
		return 0;
	return strtoull(digits, NULL, 10);
}

/* What is read from is one of the servers, that may have less than there is: what
 * it has not is waited for, or asked of another. */
bool places_scan(struct jetstream *j, uint64_t from, uint64_t to,
    uint64_t except, const char *id, uint64_t *seq, struct buf *why)
{
	struct jetstream_reader *r = jetstream_reader_new(j, from, true, why);
	enum jetstream_read read = r ? JETSTREAM_READ : JETSTREAM_LOST;
	struct jetstream_got got = {.seq = 0};
	int64_t until = clock_ms() + BEHIND;

	*seq = 0;
	while (read != JETSTREAM_LOST && got.seq < to) {
		uint64_t n;

		read = jetstream_reader_next(r, WAIT, &got, why);
		if (read == JETSTREAM_AT_END && clock_ms() > until) {
			buf_reset(why);
			buf_adds(why, "its end has not come to all servers");
			buf_str(why);
			read = JETSTREAM_LOST;
		}
		if (read == JETSTREAM_READ)
			until = clock_ms() + BEHIND;
		if (read != JETSTREAM_READ || got.seq > to ||
		    got.seq == except)
			continue;
		n = read_place(got.place, id);
		*seq = n > *seq ? n : *seq;
	}
	jetstream_reader_free(r);
	return read != JETSTREAM_LOST;
}

bool places_find(struct jetstream *j, const char *id, uint64_t *seq,
    struct buf *why)
{
	uint64_t first, last, chunk = CHUNK;
	bool there;

	*seq = 0;
	if (!jetstream_ends(j, &first, &last, &there, why))
		return false;
	while (last >= first && last > 0 && !*seq) {
		uint64_t from = last - first >= chunk ? last - chunk + 1
						      : first;

		from = from ? from : 1;
		if (!places_scan(j, from, last, 0, id, seq, why))
			return false;
		last = from - 1;
		chunk *= GROWTH;
	}
	return true;
}
