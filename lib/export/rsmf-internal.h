/* SPDX-License-Identifier: ISC */
/* What the files of RSMF share. */
#ifndef EXPORT_RSMF_INTERNAL_H
#define EXPORT_RSMF_INTERNAL_H

#include "export/writer.h"

#define RSMF_VERSION "2.0.0"

/* Append the manifest of a view (JSON); id: of its conversation, of which 32
 * digits count. */
void rsmf_manifest(struct writer *, const struct view *, const char *id,
    struct buf *);

/* Append what a file is called in the archive. */
void rsmf_entry_name(const struct enclosure *, struct buf *);

#endif
