/* SPDX-License-Identifier: ISC */
/* The records of a program's operands, one after another. */
#ifndef JOURNAL_OPERANDS_H
#define JOURNAL_OPERANDS_H

#include <stdbool.h>

#include "journal/source.h"

struct operands {
	/* Each record in turn, borrowed during the call. */
	void (*record)(void *arg, struct source *, const struct record *);
	void (*drained)(void *arg); /* the next may take long; or NULL */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
	void *arg;
	bool malformed; /* what was no record was said, and left out */
	bool failed;	/* an operand cannot be read, or not to its end */
};

/* Those of one operand: a journal, a file, or "-" for standard input. */
void operands_read(struct operands *, const char *path);

#endif
