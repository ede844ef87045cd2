/* SPDX-License-Identifier: ISC */
/* The files that a message links to. */
#include "record/linked.h"

#include <inttypes.h>
#include <string.h>

#include "base/digest.h"
#include "base/hex.h"
#include "base/percent.h"
#include "record/record.h"

static const char prefix[] = "\tfile=";

static bool take_digest(struct span *s, struct span *digest)
{
	if (s->n <= DIGEST_HEX || s->p[DIGEST_HEX] != ' ')
		return false;
	for (size_t i = 0; i < DIGEST_HEX; i++) {
		if (hex_digit(s->p[i]) < 0)
			return false;
	}
	*digest = (struct span){s->p, DIGEST_HEX};
	*s = (struct span){s->p + DIGEST_HEX + 1, s->n - DIGEST_HEX - 1};
	return true;
}

static bool take_size(struct span *s, uint64_t *size)
{
	size_t i = 0;

	for (*size = 0; i < s->n && i < 19; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			break;
		*size = 10 * *size + (uint64_t)(s->p[i] - '0');
	}
	if (i == 0 || i == s->n || s->p[i] != ' ')
		return false;
	*s = (struct span){s->p + i + 1, s->n - i - 1};
	return true;
}

bool linked_next(struct span *extra, struct linked *l)
{
	struct span field;

	while (record_extra_next(extra, &field)) {
		struct span s = {field.p + sizeof(prefix) - 1,
		    field.n - (sizeof(prefix) - 1)};

		if (!span_starts(field, prefix) ||
		    !take_digest(&s, &l->sha256) || !take_size(&s, &l->size))
			continue;
		l->name = s;
		return true;
	}
	return false;
}

void linked_write(struct buf *b, struct span sha256, uint64_t size,
    struct span name)
{
	buf_adds(b, prefix);
	buf_addspan(b, sha256);
	buf_addf(b, " %" PRIu64 " ", size);
	percent_encode(b, name);
}

void linked_rest(struct buf *b, struct span extra)
{
	struct span field;

	while (record_extra_next(&extra, &field)) {
		if (!span_starts(field, prefix))
			buf_addspan(b, field);
	}
}
