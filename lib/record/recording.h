/* SPDX-License-Identifier: ISC */
/* A recording from a descriptor into records: a recorded XMPP stream, or
 * several one after another or interleaved, or bare stanzas; with what logs
 * and consoles write between them, or in what exports wrap them in. */
#ifndef RECORD_RECORDING_H
#define RECORD_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/moment.h"
#include "record/local.h"
#include "record/logline.h"
#include "record/recorder.h"
#include "record/traffic.h"
#include "xml/scan.h"
#include "xml/xml.h"

enum recording_item {
	RECORDING_RECORD, /* a record was appended */
	RECORDING_NOTICE, /* why and at say what is odd; a record may have been
			   * appended */
	RECORDING_FAULT,  /* something is malformed: why and at say what; a
			   * record (logout) may have been appended */
	RECORDING_DRAINED, /* nothing is left here: flush, then go on; the
			    * next call may block */
	RECORDING_END,	  /* end of input; a record may have been appended */
	RECORDING_ERROR,  /* reading failed: errno */
};

enum recording_format {
	RECORDING_AUTO,	  /* whichever it looks like, line by line */
	RECORDING_STREAM, /* XML alone: all else is malformed */
	RECORDING_LOG,	  /* what is between stanzas is not malformed */
	RECORDING_EXPORT, /* stanzas are in wrappers; no marks of logs */
};

/* How it is to be read; zeroed, it is as the manual page has it. */
struct recording_how {
	enum recording_format format;
	bool times; /* records have the recording's times, not ours */
	struct moment_sense sense; /* of those times */
	bool dated; /* sense has the day of the first time without a date */
};

/* Set one of these by the name that it has as an option: "format", "zone" or
 * "day". Returns NULL, or what it should be. */
const char *recording_set(struct recording_how *, const char *name,
    const char *value);

enum {
	RECORDING_STREAMS = 1024, /* sessions of a log at a time */
	RECORDING_WRAPPERS = 16,  /* in one another */
};

struct recording_stream;

struct recording {
	const struct local *local;
	unsigned events;
	size_t limit; /* bytes of a stanza */
	struct recording_how how; /* set it before an input */

	const char *why; /* borrowed until the next call */
	uint64_t at;	 /* byte of the input */

	/* Its own. */
	struct recorder *recorder;
	struct xml *xml;
	int fd;
	struct buf in;
	size_t pos; /* of the first byte in in that was not taken */
	bool drained, ended, unstamped, untimed, undated;
	struct scan scan;
	struct xml_root root;
	struct recording_stream *stream[RECORDING_STREAMS];
	size_t streams;
	struct recording_stream *now; /* that of the stanza to come */
	struct buf stanza, text, said;

	/* Of what is between stanzas. */
	bool log;	  /* it is one */
	bool stray;	  /* text was told of, since the last item */
	uint64_t line_at; /* where the text of this line begins */
	struct logline line;
	enum logline_way way; /* the mark that is in force */
	enum logline_view view, seen_by; /* of it; of those before */
	bool way_used, way_lasts;
	bool has_time;
	bool guessed_day; /* the last time had no date, and nobody gave one */
	int64_t time, day_micros;
	struct moment_sense sense;

	/* Of elements that are not ended, or hold stanzas. */
	bool plain;	   /* the one being read is no stanza */
	bool told;	   /* that it is too long */
	bool resumable;	   /* a stanza may begin in it, at resume_at */
	uint64_t resume_at;
	unsigned loose; /* end tags that may come for what was not ended */
	struct recording_wrapper {
		unsigned kind;
		uint64_t name;
	} wrapper[RECORDING_WRAPPERS];
	size_t wrappers;
	struct buf host;
};

/* What all inputs share; local, recorder and xml stay the caller's. */
void recording_init(struct recording *, const struct local *, unsigned events,
    size_t limit, struct recorder *, struct xml *);
void recording_release(struct recording *);

/* Go over to an input, which the caller keeps and closes. changed: when it was
 * last, in microseconds, by which times without a year or a day are told. */
void recording_begin(struct recording *, int fd, int64_t changed);

/* The next item; records are appended to lines. */
enum recording_item recording_next(struct recording *, struct buf *lines);

#endif
