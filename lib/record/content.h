/* SPDX-License-Identifier: ISC */
/* Whether a stanza carries something that a person wrote or is going to see:
 * the event "content" of cup-intercept(1), which has the table. */
#ifndef RECORD_CONTENT_H
#define RECORD_CONTENT_H

#include <stdbool.h>

#include "base/span.h"
#include "xml/root.h"
#include "xml/stanza.h"

/* Whether a presence or iq in canonical form, with that outside, does. What is
 * not known to be mere protocol does. scratch is read anew. */
bool content_is(struct stanza *scratch, const struct xml_root *,
    struct span canonical);

#endif
