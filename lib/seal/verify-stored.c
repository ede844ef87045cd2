/* SPDX-License-Identifier: ISC */
/* The checkpoints that are beside a journal. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "seal/renewed.h"
#include "seal/store.h"
#include "seal/verify.h"

/* An older one may be thinned out at this moment. */
static enum finding add(int dir, const char *path, uint64_t size, bool newest,
    const struct trust *t, struct seals *s, struct buf *why)
{
	struct buf note = BUF_EMPTY, reason = BUF_EMPTY;
	enum finding found = WHOLE;
	char name[STORE_NAME];
	const char *wrong = NULL;

	store_name(name, size, ".checkpoint");
	if (renewed_read(dir, size, &note)) {
		wrong = seals_add(s, t, name, buf_span(&note), &reason);
		if (!wrong && s->seal[s->count - 1].size != size)
			wrong = "is not of the size it is named by";
		if (!wrong)
			s->seal[s->count - 1].stored = true;
	} else if (errno == EBADMSG) {
		wrong = "has cosignatures that are not of it";
	} else if (errno != ENOENT || newest) {
		buf_addf(why, "journal '%s': cannot read '%s': %s", path, name,
		    strerror(errno));
		found = UNREADABLE;
	}
	if (wrong) {
		buf_addf(why, "journal '%s': checkpoint '%s' %s", path, name,
		    wrong);
		found = BROKEN;
	}
	buf_release(&note);
	buf_release(&reason);
	return found;
}

enum finding verify_stored(const char *path, const struct trust *trust,
    struct seals *s, struct buf *why)
{
	struct trust keys = *trust;
	int dir = store_checkpoints(path, false);
	enum finding found = WHOLE;
	uint64_t *sizes = NULL;
	size_t count = 0;

	buf_reset(why);
	keys.quorum = 0;
	keys.max_age = 0;
	if (dir >= 0 ? !store_sizes(dir, &sizes, &count) : errno != ENOENT) {
		buf_addf(why, "journal '%s': cannot read its checkpoints: %s",
		    path, strerror(errno));
		found = UNREADABLE;
	} else if (!count) {
		buf_addf(why, "journal '%s': was never sealed", path);
		found = BROKEN;
	}
	for (size_t i = 0; i < count && found == WHOLE; i++)
		found = add(dir, path, sizes[i], i + 1 == count,
		    i + 1 == count ? trust : &keys, s, why);
	free(sizes);
	if (dir >= 0)
		close(dir);
	return found;
}
