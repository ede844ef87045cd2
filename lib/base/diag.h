/* SPDX-License-Identifier: ISC */
/* Diagnostics: one line a fault on stderr, "prog: phrase 'subject': reason". */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stddef.h>

/* Set the program's name from argv[0]; keeps a pointer into it. */
void diag_init(const char *argv0);
const char *diag_name(void);

/* Print "prog: text", of at most 2 KiB. The text is a printf format, without a line feed; what
 * it is made of may come from a peer: control characters and bytes that are
 * not UTF-8 are shown as \xHH. errno is kept. */
void diag_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same with ": " and the reason of errno behind it. */
void diag_warn_errno(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* Print "prog: what: line", of whatever length: evidence that has no other
 * place. */
void diag_whole(const char *what, const char *line, size_t len);

/* diag_warn for each of several lines. */
void diag_lines(const char *lines);

/* The same, and exit with code. */
_Noreturn void diag_die(int code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
_Noreturn void diag_die_errno(int code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
