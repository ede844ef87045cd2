/* SPDX-License-Identifier: ISC */
/* tree-range JOURNAL FROM TO: the tree= of a note that these lines are
 * pruned. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/diag.h"
#include "base/hex.h"
#include "journal/tree.h"

int main(int argc, char **argv)
{
	unsigned char raw[DIGEST_RAW];
	char hex[DIGEST_HEX];
	const char *why = "";
	struct journal_tree *t;
	uint64_t size;

	diag_init(argv[0]);
	if (argc != 4)
		diag_die(EX_USAGE, "JOURNAL FROM TO");
	t = tree_open(argv[1], &why);
	if (!t)
		diag_die(EX_IOERR, "'%s' %s", argv[1], why);
	if (!tree_size(t, &size) ||
	    !tree_range(t, strtoull(argv[2], NULL, 10),
		strtoull(argv[3], NULL, 10), raw))
		diag_die(EX_DATAERR, "%s", tree_why(t));
	hex_write(hex, raw, sizeof(raw));
	printf("%.*s\n", DIGEST_HEX, hex);
	tree_close(t);
	return EX_OK;
}
