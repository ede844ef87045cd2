/* SPDX-License-Identifier: ISC */
/* A stanza that goes on later than it was written (XEP-0203). */
#ifndef XML_DELAY_H
#define XML_DELAY_H

#include "base/buf.h"
#include "base/span.h"
#include "xml/stanza.h"

/* Append the stanza without its end tag; to (.p NULL: none) is its addressee
 * where it names none itself. */
void delay_begin(struct buf *, const struct stanza *, struct span to);

/* Append when it was written, and who (.p NULL: nobody) kept it since. */
void delay_write(struct buf *, struct span stamp, struct span from);

/* Append its end tag. */
void delay_end(struct buf *, const struct stanza *);

#endif
