/* SPDX-License-Identifier: ISC */
/* UTF-8 (RFC 3629) and the characters XML 1.0 allows (section 2.2, Char). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length in bytes of the well-formed character at p, 0 if there is none (no
 * overlong forms, no surrogates, nothing above U+10FFFF). len > 0. */
size_t utf8_char(const char *p, size_t len);

/* The code point of the well-formed character at p of step bytes. */
uint32_t utf8_point(const char *p, size_t step);

/* Write point (<= U+10FFFF) to out, at most 4 bytes; returns how many. */
size_t utf8_put(char *out, uint32_t point);

/* How many bytes p begins with that are ASCII. */
size_t utf8_ascii(const char *p, size_t len);

/* Offset of the first byte that does not begin a well-formed character that
 * XML allows; len if there is none. TAB, CR and LF are allowed. */
size_t utf8_xml(const char *p, size_t len);

/* The same, but CR and LF are not allowed. */
size_t utf8_line(const char *p, size_t len);

#endif
