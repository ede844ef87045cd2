/* SPDX-License-Identifier: ISC */
/* Where a format writes to: lines with LF, which leave with CRLF where mail
 * asks for it, and base64 without an end. */
#ifndef EXPORT_SINK_H
#define EXPORT_SINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "io/out.h"

/* Fill in out.fd and crlf; the rest begins as zero. */
struct sink {
	struct out out;
	bool crlf;
	struct buf text; /* appended to by whoever writes */
};

/* Let the text go on, when there is enough of it, or all of it. False with
 * errno where writing failed. */
bool sink_spill(struct sink *);
bool sink_flush(struct sink *);
void sink_release(struct sink *);

/* Base64 (RFC 2045 section 6.8) in lines of 76 characters; url: that of RFC
 * 4648 section 5 without padding or lines. A zeroed one has had no bytes. */
struct base64 {
	bool url;
	unsigned char left[3];
	size_t lefts, column;
};

void base64_add(struct base64 *, struct buf *out, const void *p, size_t n);
void base64_end(struct base64 *, struct buf *out);

/* The same into a sink, for those who call back: arg is the coder. False with
 * errno where writing failed. */
struct coder {
	struct base64 code;
	struct sink *sink;
};
bool coder_pass(void *arg, const void *p, size_t n);

#endif
