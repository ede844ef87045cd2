/* SPDX-License-Identifier: ISC */
/* A file in which a program says how it does, in lines "KEY VALUE", for whoever
 * wants to know. Both see all of it or nothing, and nobody waits. The first
 * line is "pid PID": what a process left behind that is gone says nothing. */
#ifndef IO_SHEET_H
#define IO_SHEET_H

#include <stdbool.h>

#include "base/buf.h"

enum { SHEET_MAX = 64 * 1024 }; /* bytes */

/* Replace what the file at path says. False with errno. */
bool sheet_write(const char *path, struct span lines);

/* Put what it says, without its first line, in place of what is in lines. False
 * if there is none, it is too long, or its process has ended. */
bool sheet_read(const char *path, struct buf *lines);

#endif
