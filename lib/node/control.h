/* SPDX-License-Identifier: ISC */
/* Asking a running node something, on its control socket. */
#ifndef NODE_CONTROL_H
#define NODE_CONTROL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

enum control_answer {
	CONTROL_ANSWERED,
	CONTROL_DOWN,	/* nobody listens there: the node does not run */
	CONTROL_ENDED,	/* it ended without an answer, as when it stops */
	CONTROL_FAILED, /* why says */
};

/* Ask, and wait ms milliseconds at most. Of an answer lines are set, and the
 * exit code that it asks for. The process must ignore SIGPIPE. */
enum control_answer control_ask(const char *path, const char *request, int ms,
    struct buf *lines, int *code, struct buf *why);

/* Append lines "KEY VALUE" as a JSON object (RFC 8259): numbers as numbers,
 * and the keys that may be there several times as arrays. */
void control_json(struct span lines, struct buf *out);

#endif
