/* SPDX-License-Identifier: ISC */
/* The records of a stream of JetStream, in its order, for a journal to be made
 * of them. Each gets a field that says where it was in the stream, by which that
 * journal tells where to go on. */
#ifndef SHIP_FETCHING_H
#define SHIP_FETCHING_H

#include <stdbool.h>

#include "base/buf.h"
#include "ship/jetstream.h"

struct fetching_config {
	struct jetstream_config stream;
	const char *journal; /* to go on with; NULL: from the beginning */
	bool follow;
	int out, ending; /* ending: readable once it shall end */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
};

enum fetching_result {
	FETCHING_DONE,
	FETCHING_ENDED,	     /* by what ending says */
	FETCHING_MISUSE,     /* the config is wrong: why */
	FETCHING_UNREACHED,  /* the stream is not there now; it was said */
	FETCHING_MALFORMED,  /* something is no record, or is missing, or the
			      * journal cannot be read; it was said */
	FETCHING_OUT_FAILED, /* errno */
};

/* Until what the stream ends in when it begins; with follow, until ending. */
enum fetching_result fetching_run(const struct fetching_config *,
    struct buf *why);

#endif
