/* SPDX-License-Identifier: ISC */
/* What checkpoints say, and the lines that proofs are made of. */
#include "seal/checkpoint.h"

#include <inttypes.h>
#include <string.h>

#include "base/quantity.h"
#include "seal/keys.h"

bool checkpoint_line(struct span *rest, struct span *line)
{
	const char *lf = memchr(rest->p, '\n', rest->n);

	if (!lf)
		return false;
	*line = (struct span){rest->p, (size_t)(lf - rest->p)};
	*rest = (struct span){lf + 1, rest->n - line->n - 1};
	return true;
}

bool checkpoint_size(struct span text, uint64_t *size)
{
	return quantity_digits(text, size) && (text.n == 1 || text.p[0] != '0');
}

const char *checkpoint_parse(struct checkpoint *c, struct span text)
{
	struct span line, rest = text;

	if (!checkpoint_line(&rest, &c->origin) || !c->origin.n)
		return "has no origin";
	if (c->origin.n > 2 * KEY_NAME_MAX)
		return "has an origin that is too long";
	if (!checkpoint_line(&rest, &line) ||
	    !checkpoint_size(line, &c->size))
		return "has no size";
	if (!checkpoint_line(&rest, &line) ||
	    !key_unbase64(line, c->root, MERKLE_HASH))
		return "has no root hash";
	while (rest.n) {
		if (!checkpoint_line(&rest, &line) || !line.n)
			return "has an empty line";
	}
	return NULL;
}

void checkpoint_write(struct buf *out, struct span origin, uint64_t size,
    const unsigned char root[MERKLE_HASH])
{
	buf_addspan(out, origin);
	buf_addf(out, "\n%" PRIu64 "\n", size);
	key_base64(out, root, MERKLE_HASH);
	buf_addc(out, '\n');
}

bool checkpoint_of(struct span origin, const char *name)
{
	return span_starts(origin, name) &&
	    (origin.n == strlen(name) || origin.p[strlen(name)] == '/');
}

struct span checkpoint_journal(struct span origin)
{
	size_t n = 0;

	while (n < origin.n && origin.p[origin.n - n - 1] != '/')
		n++;
	return (struct span){origin.p + origin.n - n, n};
}

void checkpoint_proof(struct buf *out, const struct merkle_proof *p)
{
	for (unsigned i = 0; i < p->count; i++) {
		key_base64(out, p->hash[i], MERKLE_HASH);
		buf_addc(out, '\n');
	}
}

bool checkpoint_read_proof(struct span *rest, struct merkle_proof *p)
{
	struct span line;

	for (p->count = 0; checkpoint_line(rest, &line); p->count++) {
		if (!line.n)
			return true;
		/* No tree is so high. */
		if (p->count == MERKLE_PROOF - 1 ||
		    !key_unbase64(line, p->hash[p->count], MERKLE_HASH))
			return false;
	}
	return false;
}
