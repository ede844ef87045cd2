/* SPDX-License-Identifier: ISC */
/* What is written to an XMPP stream: stanzas from their canonical form, and
 * the headers and errors that are of our own making (RFC 6120 section 4). */
#ifndef XML_WIRE_H
#define XML_WIRE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"
#include "xml/stanza.h"

#define NS_STREAM "http://etherx.jabber.org/streams"
#define NS_CLIENT "jabber:client"
#define NS_COMPONENT "jabber:component:accept"
#define NS_STANZAS "urn:ietf:params:xml:ns:xmpp-stanzas"
#define NS_STREAMS "urn:ietf:params:xml:ns:xmpp-streams"
#define NS_TLS "urn:ietf:params:xml:ns:xmpp-tls"
#define NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_SASL2 "urn:xmpp:sasl:2"
#define NS_BIND "urn:ietf:params:xml:ns:xmpp-bind"
#define NS_BIND2 "urn:xmpp:bind:0"
#define NS_FAST "urn:xmpp:fast:0"
#define NS_SM "urn:xmpp:sm:3"
#define NS_SM2 "urn:xmpp:sm:2"
#define NS_CSI "urn:xmpp:csi:0"
#define NS_PING "urn:xmpp:ping"

#define WIRE_FOOTER "</stream:stream>"

/* Append the canonical element, of at least a name, as it goes over the wire:
 * the references for line feed and TAB in text are characters again, and the
 * stream's own namespace (NS_CLIENT) is not declared once more; all else is as
 * it is. */
void wire_element(struct buf *, struct span canonical);

/* Append a stanza of NS_CLIENT, as read from its canonical form, as it goes
 * over a component's stream (XEP-0114): it has that one's namespace, and so
 * has what is of its own; a stanza that it carries keeps NS_CLIENT. */
void wire_component(struct buf *, const struct stanza *);

/* A stream's header. Absent (.p NULL) parts are left out. */
struct wire_header {
	struct span to, from, id, lang, version;
};
void wire_header(struct buf *, const struct wire_header *);

/* A stream error (section 4.9) and the stream's end. text may be NULL. */
void wire_error(struct buf *, const char *condition, const char *text);

/* Append ' name="value"', the value (without references) escaped. */
void wire_attribute(struct buf *, const char *name, struct span value);

#endif
