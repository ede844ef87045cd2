/* SPDX-License-Identifier: ISC */
/* Asking a server something by HTTP, and waiting for the answer. */
#ifndef SEAL_ASK_H
#define SEAL_ASK_H

#include <stdbool.h>

#include "base/buf.h"

enum { ASK_TIMEOUT = 10000 }; /* milliseconds */

struct answer {
	int status;	 /* 0: there is none, and body says why not */
	struct buf body;
	struct buf type; /* its Content-Type, empty: none */
};

/* POST a body of that type. It is given up when stop, a descriptor, becomes
 * readable (-1: none is looked at). The caller releases the answer. */
void ask(struct answer *, const char *url, const char *type, struct span body,
    int stop);
void answer_release(struct answer *);

#endif
