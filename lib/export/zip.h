/* SPDX-License-Identifier: ISC */
/* Writing a zip archive, by libarchive; the same entries make the same bytes,
 * where the process's time zone is UTC. */
#ifndef EXPORT_ZIP_H
#define EXPORT_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct zip;

/* Called with what is next of the archive; false with errno ends it. */
typedef bool zip_sink(void *arg, const void *p, size_t n);

/* Exits 71 without memory. */
struct zip *zip_new(zip_sink *, void *arg);

/* Begin an entry of so many bytes, and add to it. False with errno. */
bool zip_entry(struct zip *, const char *name, uint64_t size);
bool zip_data(struct zip *, const void *p, size_t n);

/* Finish it, where ok, and free it. False with errno where it is not whole. */
bool zip_end(struct zip *, bool ok);

#endif
