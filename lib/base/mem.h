/* SPDX-License-Identifier: ISC */
/* Memory that is there or ends the process: out of memory exits 71. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Return memory that the caller frees; never NULL. */
void *mem_alloc(size_t size);
void *mem_zalloc(size_t size);

/* Resize to count items of size bytes; a product that overflows is treated
 * as out of memory. Returns the new block, which replaces p. */
void *mem_resize(void *p, size_t count, size_t size);

/* Return a NUL-terminated copy of len bytes, the caller's to free. */
char *mem_dup(const char *p, size_t len);
char *mem_strdup(const char *s);

/* Say so on stderr and exit 71: for libraries whose allocation failed, of
 * memory or, as errno says, of a file descriptor. */
_Noreturn void mem_exhausted(void);

#endif
