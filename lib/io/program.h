/* SPDX-License-Identifier: ISC */
/* Where the programs of the kit are, and running one to its end. */
#ifndef IO_PROGRAM_H
#define IO_PROGRAM_H

#include <stdbool.h>

#include "base/buf.h"

/* The path of a program: beside the running one, or else in the folders of
 * search (as PATH has them, may be NULL). Returns a string that the caller
 * frees, NULL if it is nowhere. */
char *program_find(const char *name, const char *search);

/* The folders that programs of the kit find each other in: that of the running
 * one, then those of search (may be NULL). The caller's to free. */
char *program_search(const char *search);

/* Run argv, argv[0] being a path, without input; what it writes to stdout and
 * stderr is appended to output. become, if not NULL, is called with arg in the
 * process before: where it fails, that ends with 126. Returns its status as
 * waitpid(2) has it, or -1 with errno. */
int program_run(const char *const *argv, struct buf *output,
    bool (*become)(const void *arg), const void *arg);

/* Append "exited with 78" or "was killed by signal 9". */
void program_status(struct buf *, int status);

#endif
