/* SPDX-License-Identifier: ISC */
/* The records of a program's operands. */
#include "journal/operands.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void read_all(struct operands *o, struct source *source)
{
	enum source_item item;
	struct record r;

	while ((item = source_next(source, &r)) != SOURCE_END) {
		if (item == SOURCE_RECORD)
			o->record(o->arg, source, &r);
		else if (item == SOURCE_DRAINED && o->drained)
			o->drained(o->arg);
		else if (item == SOURCE_BAD) {
			o->malformed = true;
			o->say("%s: %s", source_where(source), source->why);
		} else if (item == SOURCE_ERROR) {
			o->failed = true;
			o->say("cannot read '%s': %s", source->why,
			    strerror(errno));
			return;
		}
	}
}

void operands_read(struct operands *o, const char *path)
{
	struct source source;
	const char *why;

	if (strcmp(path, "-") == 0) {
		source_init(&source, STDIN_FILENO);
		read_all(o, &source);
	} else if (source_open(&source, path, &why)) {
		read_all(o, &source);
	} else {
		o->failed = true;
		o->say("'%s' %s: %s", path, why, strerror(errno));
	}
	source_release(&source);
}
