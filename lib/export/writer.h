/* SPDX-License-Identifier: ISC */
/* The formats, each of which writes what is together in a view. */
/* lib/export makes of records what people read who have none of these
 * programs. In go records from anywhere, in about the order of time; out come
 * files, mails or one page, a part of a conversation each.
 *
 * export.h is the whole of it: place.h says to which conversation and time a
 * record belongs, sorter.h brings them together whatever their number, talk.h
 * makes messages of what was recorded of each, names.h names files. writer.h
 * has a file for each format: on plain.c, mime.h, enclosed.h (files that were
 * sent) and sink.h mail and RSMF, on zip.h (libarchive) the latter, html.c and
 * vcon.c. people.h knows who somebody is, times.h when. smtp.h (libcurl) sends
 * mail, and cursor.h has on disk what was sent. */
#ifndef EXPORT_WRITER_H
#define EXPORT_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/span.h"
#include "export/enclosed.h"
#include "export/sink.h"
#include "export/talk.h"

struct writer {
	const char *title; /* NULL: that of the conversation */
	const char *store; /* of files, NULL: none is enclosed */
	struct times *utc;
	bool whole;  /* all of a conversation, whatever the days */
	bool paged;  /* one page for all: begin and end are around it */
	bool single; /* a message each */
	size_t lacking; /* files that could not be enclosed */
	/* Kept memory: */
	struct digest *digest;
	struct enclosures files;
	struct buf scratch, text, page, line;
};

/* A format writes with the text of a sink, and may spill it; false with errno
 * if that failed. */
struct format {
	const char *name, *suffix;
	bool crlf;  /* lines end so, in files */
	bool daily; /* it is of a day at most */
	bool (*begin)(struct writer *, struct times *, struct sink *);
	bool (*write)(struct writer *, const struct view *, struct sink *);
	bool (*end)(struct writer *, struct sink *);
};

extern const struct format format_eml, format_mbox, format_rsmf, format_html,
    format_vcon;

/* The format of that name, NULL if there is none. */
const struct format *format_from(const char *name);

void writer_release(struct writer *);

/* What others take from the formats. */

/* Append a view as plain text, and as a page (HTML) for a mail. */
void plain_write(struct writer *, const struct view *, struct buf *);
void html_write(struct writer *, const struct view *, struct buf *);

/* Append the fields of a mail up to the Message-ID: who, when, what about, and
 * those that cup adds. */
void mail_fields(struct writer *, const struct view *, struct buf *);

/* Append "a title, 2026-11-22", with the part where it is not the only one. */
void view_title(const struct writer *, const struct view *, struct buf *);

/* The digest of the ids of a view's records, in hexadecimal; and of its
 * conversation. */
void view_digest(struct writer *, const struct view *, char out[DIGEST_HEX]);
void view_thread(struct writer *, const struct view *, char out[DIGEST_HEX]);

/* Append the Message-ID of a view, with its brackets. */
void view_message_id(struct writer *, const struct view *, struct buf *);

/* When the last of its messages was said. */
int64_t view_last(const struct view *);

/* The items of a view that are messages, in order: the next from i. Begin with
 * view.first; TALK_NONE after the last. */
uint32_t view_next(const struct view *, size_t i);

/* The records of an item and of what changes it: begin with TALK_NONE. */
struct records {
	const struct talk *talk;
	const struct item *item;
	uint32_t change, copy;
};
void records_begin(struct records *, const struct talk *,
    const struct item *);
const struct copy *records_next(struct records *);

/* Append what a change says, "corrected 21:33:38 by alice: words". */
void change_title(const struct talk *, const struct item *change,
    struct buf *);

#endif
