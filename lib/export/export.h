/* SPDX-License-Identifier: ISC */
/* Records in, exports out. */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "export/people.h"
#include "export/times.h"
#include "export/writer.h"
#include "record/record.h"

enum export_per { EXPORT_DAY, EXPORT_CONVERSATION, EXPORT_MESSAGE };

/* Where what was written goes. Each of its kinds is a struct that begins with
 * this. */
struct outlet {
	/* Write a view; false with why set, of which the status is to be the
	 * program's. */
	bool (*write)(struct outlet *, struct writer *, const struct format *,
	    const struct view *);
	/* Nothing follows. */
	bool (*end)(struct outlet *, struct writer *, const struct format *);
	void (*release)(struct outlet *); /* frees it too */
	struct buf why;	 /* why it goes no further */
	int status;	 /* of sysexits.h, with it */
	struct buf told; /* lines, for whoever looks after it */
	bool refused;	 /* something was, for good */
};

/* To a descriptor, one after another. */
struct outlet *outlet_stream(int fd, struct writer *, const struct format *,
    struct times *);
/* To files in a folder, which is made. NULL with errno. */
struct outlet *outlet_files(const char *folder);

struct export_options {
	enum export_per per;
	bool all; /* also records in which nobody says anything */
	struct times *times;
	const struct people *people;
	const char *folder; /* for what does not fit in memory */
};

struct export;

/* All that is given stays the caller's. */
struct export *export_new(const struct export_options *, struct writer *,
    const struct format *, struct outlet *);
void export_free(struct export *);

/* Take a record, and write what is complete by it. seq 0: it has none; journal
 * .n 0: it is not known. False where nothing can go on: the outlet's why says
 * why. fault is set, and the record left out, where its stanza is not in
 * canonical form. */
bool export_add(struct export *, const struct record *, struct span line,
    uint64_t seq, struct span journal, const char **fault);

/* Write what is left. */
bool export_end(struct export *);

#endif
