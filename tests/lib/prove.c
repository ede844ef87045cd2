/* SPDX-License-Identifier: ISC */
/* prove [KEYFILE]: stamps the records on stdin with proofs, as cup-log does,
 * of a journal that does not exist. */
#include <sysexits.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/digest.h"
#include "io/out.h"
#include "record/proof.h"
#include "record/reader.h"

int main(int argc, char **argv)
{
	static const char journal[] = "019aac21-0000-7000-8000-000000000000";
	const char *why = "";
	struct digest *digest = argc > 1 ? digest_from_file(argv[1], &why)
					 : digest_new(NULL, 0);
	struct out out = {STDOUT_FILENO, BUF_EMPTY};
	struct buf proof = BUF_EMPTY;
	unsigned char raw[DIGEST_RAW];
	enum reader_item item;
	struct reader in;
	struct record r;

	diag_init(argv[0]);
	if (!digest)
		diag_die(EX_CONFIG, "'%s': %s", argv[1], why);
	reader_init(&in, STDIN_FILENO);
	while ((item = reader_next(&in, &r)) != READER_END) {
		if (item == READER_DRAINED && !out_flush(&out))
			diag_die_errno(EX_IOERR, "cannot write");
		if (item != READER_RECORD)
			continue;
		buf_reset(&proof);
		proof_write(&proof, digest, span_of(journal), in.number, &r,
		    raw);
		r.field[RECORD_PROOF] = buf_span(&proof);
		record_write(&out.buf, &r);
		if (!out_spill(&out))
			diag_die_errno(EX_IOERR, "cannot write");
	}
	buf_release(&proof);
	reader_release(&in);
	digest_free(digest);
	if (!out_flush(&out))
		diag_die_errno(EX_IOERR, "cannot write");
	buf_release(&out.buf);
	return EX_OK;
}
