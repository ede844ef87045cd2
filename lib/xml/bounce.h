/* SPDX-License-Identifier: ISC */
/* Stanza errors (RFC 6120 section 8.3): how a sender is told that a stanza
 * went no further. */
#ifndef XML_BOUNCE_H
#define XML_BOUNCE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"
#include "xml/stanza.h"

struct bounce {
	const char *type;      /* section 8.3.2: cancel, wait, ... */
	const char *condition; /* section 8.3.3: policy-violation, ... */
	struct span text;      /* characters, in English; n 0: none */
};

/* Whether an error may answer the stanza: a message, or a presence with an
 * addressee, or an iq that asks; never one of type error, nor one without a
 * sender, nor an element that is no stanza. */
bool bounce_due(const struct stanza *);

/* Append the error that answers the stanza, in canonical form: of the same
 * kind, namespace and id, to the sender, from the addressee (where there was
 * none: the sender's account, RFC 6120 section 10.3). Nothing of what the
 * stanza said is in it. False, with nothing appended, if none is due. */
bool bounce_write(struct buf *, const struct stanza *, const struct bounce *);

/* The same for who has no address yet: between nobody. */
bool bounce_unbound(struct buf *, const struct stanza *,
    const struct bounce *);

/* Append the error that goes on in place of the answer to an iq (section
 * 8.2.3), in canonical form: between the same two and with the same id, so
 * that who asked does not wait for ever. False, with nothing appended, if the
 * stanza is none. */
bool bounce_answer(struct buf *, const struct stanza *, const struct bounce *);

#endif
