/* SPDX-License-Identifier: ISC */
/* What makes an index: index-make.c collects, index-make-write.c writes. */
#ifndef JOURNAL_INDEX_MAKE_INTERNAL_H
#define JOURNAL_INDEX_MAKE_INTERNAL_H

#include "journal/index-internal.h"
#include "journal/index-keys.h"
#include "journal/index-sort.h"
#include "journal/stretch.h"

enum {
	INDEX_RECENT = 4096, /* entries that are not made again */
	INDEX_KEY_BITS = 16 + INDEX_BITS_MAX,
};

/* What is known of a segment while its index is made. */
struct index_maker {
	const struct index_target *target;
	struct stretches in;
	struct buf lines;
	struct index_keys keys;
	struct index_head head;
	struct buf frames, slices; /* as they will be written */
	struct index_frame frame;
	size_t slice_size, slice_at; /* where the slice began, in the frame */
	uint32_t frame_lines;
	bool blank; /* what is behind is not read by anybody */
	/* Entries: the INDEX_KEY_BITS highest bits of a key, then the slice. */
	struct index_sort sort;
	bool failed; /* with error, as an entry could not be kept */
	int error;
	uint64_t recent[INDEX_RECENT];
};

/* Write all that was collected as an index. False with errno. */
bool index_write(struct index_maker *, struct digest *);

#endif
