/* SPDX-License-Identifier: ISC */
/* The shape of a stanza: its elements and their attributes by name, and where
 * there is text; without values and words. */
#ifndef XML_SHAPE_H
#define XML_SHAPE_H

#include "base/buf.h"
#include "xml/stanza.h"

/* Append it; of two stanzas it is the same only if they have the same. Text is
 * told from blanks. False, with some of it, if it is longer than max. */
bool shape_write(struct buf *, const struct stanza *, size_t max);

#endif
