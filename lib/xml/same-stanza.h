/* SPDX-License-Identifier: ISC */
/* Whether a stanza that was changed on its way is still the same one. */
#ifndef XML_SAME_STANZA_H
#define XML_SAME_STANZA_H

#include "base/span.h"
#include "xml/stanza.h"

/* Kept memory; a zeroed struct is valid. */
struct same_stanza {
	struct stanza was, now;
};

/* NULL if now is canonical and has the name, namespace, from, to, id and type
 * of was; else why not, in a few words ("is another one"). */
const char *same_stanza_check(
    struct same_stanza *, struct span was, struct span now);

void same_stanza_release(struct same_stanza *);

#endif
