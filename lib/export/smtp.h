/* SPDX-License-Identifier: ISC */
/* Sending mail (RFC 5321), by libcurl, over one connection that is kept. */
#ifndef EXPORT_SMTP_H
#define EXPORT_SMTP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"

struct smtp_options {
	const char *url;  /* smtp:// or smtps:// */
	const char *from; /* of the envelope; "": none */
	const char *const *rcpt; /* NULL-terminated */
	const char *netrc;	 /* a file; NULL: no login */
	const char *ca; /* a file of authorities; NULL: the system's */
	bool clear;		 /* TLS need not be */
};

enum smtp_outcome {
	SMTP_TAKEN,
	SMTP_REFUSED, /* for good: this mail, not the others */
	SMTP_LATER,   /* the server, or the way to it, fails now */
	SMTP_NEVER,   /* it will take no mail as it is called: no login, no TLS */
};

struct smtp;

/* NULL, or why an address or URL cannot be used. */
const char *smtp_check(const struct smtp_options *);

/* The options stay the caller's. Exits 71 without memory. */
struct smtp *smtp_new(const struct smtp_options *);
void smtp_free(struct smtp *);

/* Send the size bytes of fd from its beginning, lines with CRLF. What the
 * server said, or what failed, is appended to why, but where it is taken. */
enum smtp_outcome smtp_send(struct smtp *, int fd, off_t size,
    struct buf *why);

#endif
