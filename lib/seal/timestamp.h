/* SPDX-License-Identifier: ISC */
/* Time stamps (RFC 3161): who is asked says when it was shown some bytes. */
#ifndef SEAL_TIMESTAMP_H
#define SEAL_TIMESTAMP_H

#include "base/buf.h"

/* Ask the authority at url for a stamp of the bytes; its response, DER, is
 * added to out, once it is for these bytes and this request. Who signed it is
 * not looked at: openssl-ts(1) does that. Returns NULL, or why there is none,
 * borrowed from why. */
const char *timestamp_ask(const char *url, struct span bytes, int stop,
    struct buf *out, struct buf *why);

#endif
