/* SPDX-License-Identifier: ISC */
/* Hexadecimal digits. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stddef.h>

/* Write n bytes as 2 * n digits, in lower case; no NUL. */
void hex_write(char *out, const unsigned char *raw, size_t n);

/* The value of a digit, in either case; -1 if it is none. */
int hex_digit(char c);

#endif
