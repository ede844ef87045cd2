/* SPDX-License-Identifier: ISC */
/* Having a person edit a text. */
#ifndef NODE_EDITOR_H
#define NODE_EDITOR_H

#include <stdbool.h>

#include "base/buf.h"

/* Put text into a file of its own in dir, run command (as sh has it, the path
 * behind it) and read it back, with a last LF. False if the editor failed or
 * the file cannot be had: errno, or 0 if it is the editor's exit status. */
bool editor_run(const char *command, const char *dir, struct buf *text);

#endif
