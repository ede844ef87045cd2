/* SPDX-License-Identifier: ISC */
/* Files that nobody else can open, and that are gone when they are closed. */
#ifndef EXPORT_UNNAMED_H
#define EXPORT_UNNAMED_H

/* Open an empty one on the disk of a folder, to write and read. -1 with
 * errno. */
int unnamed_open(const char *folder);

#endif
