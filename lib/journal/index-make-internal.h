/* SPDX-License-Identifier: ISC */
/* What makes an index: index-make.c collects, index-make-write.c writes. */
#ifndef JOURNAL_INDEX_MAKE_INTERNAL_H
#define JOURNAL_INDEX_MAKE_INTERNAL_H

#include "journal/index-internal.h"
#include "journal/index-keys.h"
#include "journal/stretch.h"

enum {
	INDEX_RECENT = 4096, /* entries that are not made again */
	INDEX_KEY_BITS = 16 + INDEX_BITS_MAX,
};

/* What is known of a segment while its index is made. */
struct index_maker {
	const atomic_bool *stop;
	struct stretches in;
	struct buf lines;
	struct index_keys keys;
	struct index_head head;
	struct buf frames, slices; /* as they will be written */
	struct index_frame frame;
	size_t slice_size, slice_at; /* where the slice began, in the frame */
	uint32_t frame_lines;
	bool blank; /* what is behind is not read by anybody */
	/* The INDEX_KEY_BITS highest bits of a key, then the slice. */
	uint64_t *entry;
	size_t count, cap;
	uint64_t recent[INDEX_RECENT];
};

/* Write all that was collected as an index. */
void index_write(struct index_maker *, struct digest *, struct buf *out);

#endif
