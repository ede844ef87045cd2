/* SPDX-License-Identifier: ISC */
/* make-index JOURNAL: make the indexes of its closed segments anew. */
#include <fcntl.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/diag.h"
#include "journal/index.h"
#include "journal/segment.h"

int main(int argc, char **argv)
{
	struct segment_list list = {0};
	int dir;

	diag_init(argv[0]);
	if (argc != 2)
		diag_die(EX_USAGE, "usage: make-index JOURNAL");
	dir = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || !segment_list_read(&list, dir))
		diag_die_errno(EX_NOINPUT, "cannot read '%s'", argv[1]);
	for (size_t i = 0; i + 1 < list.count; i++) {
		if (!index_make(dir, list.first[i], NULL))
			diag_die_errno(EX_IOERR, "cannot make an index");
	}
	segment_list_release(&list);
	return 0;
}
