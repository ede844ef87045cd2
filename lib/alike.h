/* SPDX-License-Identifier: ISC */
/* Whether a stanza that was changed on its way is still the same one. */
#ifndef ALIKE_H
#define ALIKE_H

#include "span.h"
#include "stanza.h"

/* Kept memory; a zeroed struct is valid. */
struct alike {
	struct stanza was, now;
};

/* NULL if now is canonical and has the name, namespace, from, to, id and type
 * of was; else why not, in a few words ("is another one"). */
const char *alike_check(struct alike *, struct span was, struct span now);

void alike_release(struct alike *);

#endif
