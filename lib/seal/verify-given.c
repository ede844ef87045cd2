/* SPDX-License-Identifier: ISC */
/* Checkpoints of a journal that were kept elsewhere. */
#include <errno.h>
#include <string.h>

#include "seal/store.h"
#include "seal/verify.h"

static enum finding add(const char *file, const struct trust *t,
    struct seals *s, struct buf *why)
{
	struct buf note = BUF_EMPTY, reason = BUF_EMPTY;
	enum finding found = WHOLE;
	const char *wrong = NULL;

	if (store_read_given(file, NOTE_MAX, &note)) {
		wrong = seals_add(s, t, file, buf_span(&note), &reason);
	} else {
		buf_addf(why, "cannot read '%s': %s", file, strerror(errno));
		found = UNREADABLE;
	}
	if (wrong) {
		buf_addf(why, "checkpoint '%s' %s", file, wrong);
		found = BROKEN;
	}
	buf_release(&note);
	buf_release(&reason);
	return found;
}

enum finding verify_given(char *const *file, size_t count,
    const struct trust *t, struct seals *s, struct buf *why)
{
	enum finding found = WHOLE;

	buf_reset(why);
	for (size_t i = 0; i < count && found == WHOLE; i++)
		found = add(file[i], t, s, why);
	return found;
}
