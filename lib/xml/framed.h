/* SPDX-License-Identifier: ISC */
/* An XMPP stream as messages of a WebSocket (RFC 7395): each is one element,
 * whole, with its own namespaces, and <open/> and <close/> are in place of the
 * stream's tags. */
#ifndef XML_FRAMED_H
#define XML_FRAMED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

#define NS_FRAMING "urn:ietf:params:xml:ns:xmpp-framing"

/* Whether a message is one element, as far as framing goes (scan.h): NULL, or
 * in a few words why not. */
const char *framed_one(struct span message);
/* Whether it is the begin of one, and nothing else before that. */
bool framed_begins(struct span part);
/* Whether the element's name, without a prefix, is open or close. */
bool framed_tag(struct span message);

/* What is written to a stream, of whole elements, tags and white space, as
 * messages: put has each, borrowed, in order. False if it is no such. out is
 * used meanwhile. */
bool framed_write(struct span bytes, struct buf *out,
    void (*put)(void *arg, struct span message), void *arg);

#endif
