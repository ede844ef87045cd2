/* SPDX-License-Identifier: ISC */
/* Proofs of one record. */
#include "seal/tlog-proof.h"

#include <inttypes.h>

#include "seal/checkpoint.h"

#define FIRST "c2sp.org/tlog-proof@v1"
#define INDEX "index "

const char *tlog_proof_parse(struct tlog_proof *p, struct span rest)
{
	struct span line;

	if (!checkpoint_line(&rest, &line) || !span_is(line, FIRST))
		return "is no tlog-proof";
	if (!checkpoint_line(&rest, &line))
		return "is cut off";
	/* Whatever else was told is of no account. */
	if (span_starts(line, "extra ") && !checkpoint_line(&rest, &line))
		return "is cut off";
	if (!span_starts(line, INDEX))
		return "has no index";
	line.p += strlen(INDEX);
	line.n -= strlen(INDEX);
	if (!checkpoint_size(line, &p->index))
		return "has no index";
	if (!checkpoint_read_proof(&rest, &p->path))
		return "has bad hashes";
	p->checkpoint = rest;
	return NULL;
}

void tlog_proof_write(struct buf *out, const struct tlog_proof *p)
{
	buf_addf(out, FIRST "\n" INDEX "%" PRIu64 "\n", p->index);
	checkpoint_proof(out, &p->path);
	buf_addc(out, '\n');
	buf_addspan(out, p->checkpoint);
}
