/* SPDX-License-Identifier: ISC */
/* The digests and the chain over the lines of a journal. */
#include "journal/chain.h"

#include <string.h>

#include "journal/segment.h"

static const char erased[] = "# erased sha256=";

const char journal_zeros[DIGEST_HEX + 1] =
    "00000000000000000000000000000000"
    "00000000000000000000000000000000";

bool journal_erased(struct span text, struct span *digest)
{
	size_t n = sizeof(erased) - 1;

	if (text.n <= n + DIGEST_HEX || !span_starts(text, erased) ||
	    text.p[n + DIGEST_HEX] != ' ' ||
	    !journal_hex(text.p + n, DIGEST_HEX))
		return false;
	*digest = (struct span){text.p + n, DIGEST_HEX};
	return true;
}

void journal_digest(struct digest *d, struct span text, char out[DIGEST_HEX])
{
	struct span was;

	if (journal_erased(text, &was)) {
		memcpy(out, was.p, DIGEST_HEX);
		return;
	}
	digest_begin(d);
	digest_add(d, text.p, text.n);
	digest_hex(d, out);
}

static void chain(struct digest *d, const char prev[DIGEST_HEX], uint64_t seq,
    struct span rest, char out[DIGEST_HEX])
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
	digest_add(d, rest.p, rest.n);
	digest_hex(d, out);
}

void journal_chain(struct digest *d, const char prev[DIGEST_HEX], uint64_t seq,
    const char line[DIGEST_HEX], char out[DIGEST_HEX])
{
	chain(d, prev, seq, (struct span){line, DIGEST_HEX}, out);
}

void journal_chain_1(struct digest *d, const char prev[DIGEST_HEX],
    uint64_t seq, struct span text, char out[DIGEST_HEX])
{
	chain(d, prev, seq, text, out);
}

bool journal_begins(struct span text)
{
	return span_alike(text, "# cup-journal 0 ") == 16;
}

int journal_version(struct span first)
{
	bool pruned = journal_pruned(first);
	struct span version = note_value(first, "version");

	if (journal_begins(first))
		version = (struct span){first.p + 14, 1};
	else if (!pruned && !span_starts(first, "# segment "))
		return 0;
	if (!version.p)
		return pruned ? 2 : 1;
	return span_is(version, "1") ? 1 : span_is(version, "2") ? 2 : 0;
}
