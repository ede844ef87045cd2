/* SPDX-License-Identifier: ISC */
/* A recorded XMPP stream, or several one after another, or bare stanzas, from
 * a descriptor into records. */
#ifndef RECORDING_H
#define RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "home.h"
#include "recorder.h"
#include "scan.h"
#include "traffic.h"
#include "xml.h"

enum recording_item {
	RECORDING_RECORD, /* a record was appended */
	RECORDING_NOTICE, /* one was, and why and at say what is odd */
	RECORDING_FAULT,  /* something is malformed: why and at say what; a
			   * record (logout) may have been appended */
	RECORDING_DRAINED, /* nothing is left here: flush, then go on; the
			    * next call may block */
	RECORDING_END,	  /* end of input; a record may have been appended */
	RECORDING_ERROR,  /* reading failed: errno */
};

struct recording {
	const struct home *home;
	unsigned events;
	size_t limit; /* bytes of a stanza */

	const char *why; /* borrowed until the next call */
	uint64_t at;	 /* byte of the input */

	/* Its own. */
	struct recorder *recorder;
	struct xml *xml;
	int fd;
	struct buf in;
	size_t pos; /* of the first byte in in that was not taken */
	bool drained, ended, unstamped;
	struct scan scan;
	struct xml_scope scope;
	struct xml_root root;
	struct traffic traffic;
	struct buf name; /* of the stream's header */
	struct buf stanza, text;
	char session[RECORDER_TOKEN];
};

/* What all inputs share; home, recorder and xml stay the caller's. */
void recording_init(struct recording *, const struct home *, unsigned events,
    size_t limit, struct recorder *, struct xml *);
void recording_release(struct recording *);

/* Go over to an input, which the caller keeps and closes. */
void recording_begin(struct recording *, int fd);

/* The next item; records are appended to lines. */
enum recording_item recording_next(struct recording *, struct buf *lines);

#endif
