/* SPDX-License-Identifier: ISC */
/* The proof that a record is in a journal. */
#include "proof.h"

#include <string.h>

static void field(struct digest *d, struct span s)
{
	digest_add(d, s.p, s.n);
	digest_add(d, "\t", 1);
}

static void compute(struct digest *d, struct span journal, struct span seq,
    const struct record *r, enum verdict v, char hex[DIGEST_HEX])
{
	digest_begin(d);
	field(d, journal);
	field(d, seq);
	field(d, r->field[RECORD_ID]);
	field(d, r->field[RECORD_EVENT]);
	field(d, span_of(verdict_name(v)));
	digest_add(d, r->field[RECORD_STANZA].p, r->field[RECORD_STANZA].n);
	digest_hex(d, hex);
}

static struct span decimal(char out[20], uint64_t n)
{
	char *p = out + 20;

	do
		*--p = (char)('0' + n % 10);
	while ((n /= 10));
	return (struct span){p, (size_t)(out + 20 - p)};
}

void proof_write(struct buf *b, struct digest *d, struct span journal,
    uint64_t seq, const struct record *r)
{
	char digits[20], hex[DIGEST_HEX];
	struct span number = decimal(digits, seq);

	compute(d, journal, number, r, r->verdict, hex);
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
	char have[DIGEST_HEX];

	compute(d, journal, seq, r, v, have);
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
