/* SPDX-License-Identifier: ISC */
/* What only its recipient can read: OMEMO (XEP-0384), OX (XEP-0373), PGP
 * (XEP-0027), OTR (XEP-0364), and what else encrypts from end to end. */
#ifndef POLICY_ENCRYPTED_H
#define POLICY_ENCRYPTED_H

#include <stdbool.h>

#include "base/span.h"
#include "xml/stanza.h"

/* The name of the scheme by which an element of the stanza, at any depth, is
 * encrypted, or NULL. */
const char *encrypted_element(const struct stanza *);

/* Likewise of a text. */
const char *encrypted_text(struct span);

/* Whether the stanza is about what clients publish so that others can encrypt
 * to them: a node of PubSub (XEP-0060) with devices or keys, or these
 * themselves. Its name, or NULL. A list of features or nodes (XEP-0030) is
 * not. */
const char *encrypted_devices(const struct stanza *);

#endif
