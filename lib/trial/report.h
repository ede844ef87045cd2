/* SPDX-License-Identifier: ISC */
/* What policies decide otherwise, for people and for programs. */
#ifndef TRIAL_REPORT_H
#define TRIAL_REPORT_H

#include "base/buf.h"
#include "record/fields.h"
#include "trial/compare.h"
#include "trial/tally.h"

struct report_format;

struct report {
	const struct report_format *format;
	struct fields fields;
	struct buf value;
	size_t from, to, before, after; /* columns so far */
};

/* The format of that name, "table", "json" or "records"; NULL: none. */
const struct report_format *report_format_from(const char *name);

/* Append what stands above all, a record that differs, what all came to. */
void report_begin(struct report *, struct buf *);
void report_record(struct report *, const struct compared *, struct buf *);
void report_end(struct report *, const struct tally *, struct buf *);
void report_release(struct report *);

#endif
