/* SPDX-License-Identifier: ISC */
/* The forms of mail: header fields (RFC 5322, with RFC 2047 and RFC 2231 for
 * what is not ASCII) and texts (RFC 2045). Lines end with LF here. */
#ifndef EXPORT_MIME_H
#define EXPORT_MIME_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

/* Append "Name: text", folded, and its end. */
void mime_field(struct buf *, const char *name, struct span text);

/* A field of words with blanks or commas between: append each with add, which
 * folds before it where the line would be too long. */
struct mime_line {
	struct buf *out;
	size_t begin; /* where the line does, in out */
	bool first;
};

void mime_begin(struct mime_line *, struct buf *, const char *name);
void mime_add(struct mime_line *, const char *before, struct span word);
void mime_end(struct mime_line *);

/* Append a mailbox: name (n 0: none) as a phrase, and <address>. */
void mime_mailbox(struct buf *, struct span name, struct span address);

/* Append the mail address that an account has by itself: its JID, what cannot
 * stand there as =XX; a resource is a part of what is before '@'. */
void mime_address(struct buf *, struct span jid);

/* Append "; name=value", in quotes or by RFC 2231, on a line of its own. */
void mime_parameter(struct buf *, const char *name, struct span value);

/* Append the fields Content-Type (text/SUBTYPE) and -Transfer-Encoding, an
 * empty line and the text, in quoted-printable or, if that is shorter, in
 * base64. */
void mime_text(struct buf *, const char *subtype, struct span text);

#endif
