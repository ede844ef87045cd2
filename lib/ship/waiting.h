/* SPDX-License-Identifier: ISC */
/* The stage in a pipeline: records from a descriptor, passed on to another in
 * their order, each only when the stream has it. */
#ifndef SHIP_WAITING_H
#define SHIP_WAITING_H

#include <stdbool.h>

#include "base/buf.h"
#include "ship/jetstream.h"

struct waiting_config {
	struct jetstream_config stream;
	int in, out, ending; /* ending: readable once it shall end */
	bool skip_if_down;
	const char *status; /* a file to keep the state in; NULL: none */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));
};

enum waiting_result {
	WAITING_DONE,
	WAITING_MALFORMED, /* something was not passed on, as it cannot be */
	WAITING_ENDED,	 /* by what ending says */
	WAITING_MISUSE,	 /* the config is wrong: why */
	WAITING_UNFIT,	 /* the stream cannot be used; it was said */
	WAITING_IN_FAILED, /* errno */
	WAITING_OUT_FAILED, /* errno */
};

/* Until the end of input has been passed on. */
enum waiting_result waiting_run(const struct waiting_config *, struct buf *why);

#endif
