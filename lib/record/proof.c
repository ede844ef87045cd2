/* SPDX-License-Identifier: ISC */
/* The proof that a record is in a journal. */
#include "record/proof.h"

#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/uuid.h"

enum { SEQ_MAX = 20, WORD_MAX = 8 }; /* digits; bytes of an event, a verdict */

/* With a TAB behind it. */
static size_t field(char *head, size_t n, struct span s)
{
	memcpy(head + n, s.p, s.n);
	head[n + s.n] = '\t';
	return n + s.n + 1;
}

/* What stands before the stanza goes into the digest at once: each addition
 * to it costs something of its own. */
static void compute(struct digest *d, struct span journal, struct span seq,
    const struct record *r, enum verdict v, unsigned char raw[DIGEST_RAW])
{
	char head[2 * (UUID_LEN + 1) + SEQ_MAX + 1 + 2 * (WORD_MAX + 1)];
	size_t n = field(head, 0, journal);

	n = field(head, n, seq);
	n = field(head, n, r->field[RECORD_ID]);
	n = field(head, n, r->field[RECORD_EVENT]);
	n = field(head, n, span_of(verdict_name(v)));
	digest_begin(d);
	digest_add(d, head, n);
	digest_add(d, r->field[RECORD_STANZA].p, r->field[RECORD_STANZA].n);
	digest_raw(d, raw);
}

static struct span decimal(char out[SEQ_MAX], uint64_t n)
{
	char *p = out + SEQ_MAX;

	do
		*--p = (char)('0' + n % 10);
	while ((n /= 10));
	return (struct span){p, (size_t)(out + SEQ_MAX - p)};
}

void proof_write(struct buf *b, struct digest *d, struct span journal,
    uint64_t seq, const struct record *r, unsigned char raw[DIGEST_RAW])
{
	char digits[SEQ_MAX], hex[DIGEST_HEX];
	struct span number = decimal(digits, seq);

	compute(d, journal, number, r, r->verdict, raw);
	hex_write(hex, raw, DIGEST_RAW);
	buf_adds(b, digest_name(d));
	buf_addc(b, ':');
	buf_add(b, hex, sizeof(hex));
	buf_addc(b, '@');
	buf_addspan(b, journal);
	buf_addc(b, '#');
	buf_addspan(b, number);
}

/* Split the proof of a record that record_parse has found well-formed. */
static void split(struct span proof, struct span *name, const char **hex,
    struct span *journal, struct span *seq)
{
	const char *end = proof.p + proof.n;
	const char *colon = memchr(proof.p, ':', proof.n);
	const char *hash = memchr(colon, '#', (size_t)(end - colon));

	*name = (struct span){proof.p, (size_t)(colon - proof.p)};
	*hex = colon + 1;
	*journal = (struct span){colon + DIGEST_HEX + 2,
	    (size_t)(hash - colon) - DIGEST_HEX - 2};
	*seq = (struct span){hash + 1, (size_t)(end - hash - 1)};
}

static bool matches(struct digest *d, struct span journal, struct span seq,
    const struct record *r, enum verdict v, const char *hex)
{
	unsigned char raw[DIGEST_RAW];
	char have[DIGEST_HEX];

	compute(d, journal, seq, r, v, raw);
	hex_write(have, raw, DIGEST_RAW);
	return digest_same(have, hex);
}

enum proof_finding proof_check(struct digest *d, const struct record *r)
{
	struct span name, journal, seq;
	const char *hex;

	if (record_absent(r, RECORD_PROOF))
		return PROOF_NONE;
	split(r->field[RECORD_PROOF], &name, &hex, &journal, &seq);
	if (!span_is(name, digest_name(d)))
		return span_is(name, "sha256") ? PROOF_UNKEYED : PROOF_KEYED;
	if (matches(d, journal, seq, r, r->verdict, hex) ||
	    matches(d, journal, seq, r, VERDICT_NONE, hex))
		return PROOF_GOOD;
	for (int v = r->verdict + 1; v < VERDICTS; v++) {
		if (matches(d, journal, seq, r, (enum verdict)v, hex))
			return PROOF_LOOSENED;
	}
	return PROOF_ALTERED;
}

struct span proof_place(const struct record *r, uint64_t *seq)
{
	struct span proof = r->field[RECORD_PROOF], id;
	const char *at = memchr(proof.p, '@', proof.n), *hash;

	if (!at)
		return (struct span){"", 0};
	id = (struct span){at + 1, (size_t)(proof.p + proof.n - at - 1)};
	hash = memchr(id.p, '#', id.n);
	if (!hash)
		return (struct span){"", 0};
	*seq = strtoull(hash + 1, NULL, 10);
	id.n = (size_t)(hash - id.p);
	return id;
}
