/* SPDX-License-Identifier: ISC */
/* What the parts of a recording share; used by recording*.c alone. */
#ifndef RECORD_INTERNAL_H
#define RECORD_INTERNAL_H

#include "record/recording.h"

/* Besides the items: there is nothing to report, go on; more bytes are
 * needed. */
enum { RECORDING_NOTHING = -1, RECORDING_MORE = -2 };

enum {
	RECORDING_BEHIND = 4096, /* bytes that stay, before the next one */
	RECORDING_STILL = 2000,	 /* ms that nobody pauses for in a stanza */
};

/* A session of a recording. */
struct recording_stream {
	uint64_t key;  /* hash of its name in a log; 0: it has none */
	uint64_t used; /* the stanza of the input that was its last */
	struct traffic traffic;
	struct xml_scope scope[TRAFFIC_BOTH]; /* without and with headers */
	struct buf name;    /* of the header's tag */
	unsigned footers;   /* that ended it, of the two of both sides */
	char session[RECORDER_TOKEN];
};

int recording_fault(struct recording *, uint64_t at, const char *why);
/* What begins there is not ended, and takes so many bytes, which are lost;
 * nothing if it was told before. */
int recording_lost(struct recording *, uint64_t at, uint64_t size);

/* recording.c: take n bytes that the scanner does not see; where in the input
 * in.data[i] is, and the other way round. */
void recording_skip(struct recording *, size_t n);
uint64_t recording_place(const struct recording *, size_t i);
size_t recording_index(const struct recording *, uint64_t at);

/* recording-stream.c: the session of that name, which is made if there is
 * none; n 0: that of what has no name. An evicted one is closed. */
struct recording_stream *recording_session(struct recording *,
    struct buf *lines, struct span name);
void recording_own(struct recording *, struct span jid);
void recording_close(struct recording *, struct recording_stream *,
    struct buf *lines);
void recording_forget(struct recording *);
int recording_header(struct recording *, struct buf *lines);
int recording_footer(struct recording *, struct buf *lines);
int recording_log_session(struct recording *, struct recording_stream *,
    struct buf *lines, enum event);
/* The record to come has a time of the recording's own, if it is to and there
 * is one: whether it has. recorder_own() ends that. */
bool recording_set_time(struct recording *);

/* recording-stanza.c */
int recording_element(struct recording *, struct buf *lines);
int recording_oversize(struct recording *, struct buf *lines);

/* recording-text.c: what is between elements, up to the next one. Nothing to
 * report: the scanner goes on. */
int recording_text(struct recording *, struct buf *lines);
/* Read what is between two places as lines of a log, whatever it is. */
void recording_lines(struct recording *, struct buf *lines, uint64_t from,
    uint64_t to);
void recording_said(struct recording *, const struct moment *);

/* recording-wrapper.c: the scanner's SCAN_OPEN and SCAN_INNER; the end tag of
 * a wrapper, if it is one. */
int recording_open(struct recording *, struct buf *lines);
int recording_inner(struct recording *, struct buf *lines);
bool recording_leave(struct recording *, struct buf *lines,
    struct span name);
/* Go on where a stanza may have begun in the element being read, which was
 * not ended. */
int recording_resume(struct recording *, struct buf *lines);
/* An element was read: what was left out inside it, if anything. */
int recording_ended(struct recording *);
/* The time of an archive's entry, if that is what the element says. */
bool recording_delay(struct recording *);

/* The name in a tag that begins with skip characters before it. */
struct span recording_name(struct span tag, size_t skip);

#endif
