/* SPDX-License-Identifier: ISC */
/* Names of XML 1.0, fifth edition (section 2.3), without the colon that
 * Namespaces in XML 1.0 gives a meaning (NCName). */
#ifndef XML_NAME_H
#define XML_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length in bytes of the NCName that p begins with, 0 if none begins there.
 * Ill-formed UTF-8 ends it. */
size_t xmlname_len(const char *p, size_t len);

/* Whether a character may begin an NCName, or be further on in one. */
bool xmlname_start(uint32_t point);
bool xmlname_inner(uint32_t point);

#endif
