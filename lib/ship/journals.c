/* SPDX-License-Identifier: ISC */
/* Journals that are brought somewhere. */
#include "ship/journals.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "journal/lock.h"
#include "journal/segment.h"

bool journals_open(struct journals_one *one,
    const struct journals_config *config, const char *path)
{
	const char *why;

	*one = (struct journals_one){.path = path};
	one->reader = journal_open(path, false, &why);
	if (!one->reader)
		config->say("journal '%s': %s: %s", path, why, strerror(errno));
	return one->reader != NULL;
}

bool journals_know(struct journals_one *one,
    const struct journals_config *config)
{
	struct span id = journal_id(one->reader);

	if (one->id[0])
		return true;
	if (!id.p || !uuid_valid(id.p, id.n)) {
		config->say("journal '%s': does not begin with its id",
		    one->path);
		return false;
	}
	memcpy(one->id, id.p, UUID_LEN);
	one->id[UUID_LEN] = '\0';
	return true;
}

/* The segment that a line is in, by its first; 0: it cannot be told. */
static uint64_t segment_of(const char *path, uint64_t seq)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct segment_list list = {0};
	uint64_t first = 0;

	/* A single segment is read from its beginning. */
	if (dir < 0)
		return 0;
	if (segment_list_read(&list, dir)) {
		for (size_t i = 0; i < list.count && list.first[i] <= seq; i++)
			first = list.first[i];
	}
	segment_list_release(&list);
	close(dir);
	return first;
}

bool journals_resume(struct journals_one *one,
    const struct journals_config *config, bool *forget)
{
	uint64_t first = one->seq ? segment_of(one->path, one->seq) : 0;

	one->met = one->seq == 0;
	*forget = first > 0;
	if (!first || journal_seek(one->reader, first, 0, 0))
		return true;
	config->say("journal '%s': segment %" PRIu64 ": %s", one->path, first,
	    strerror(errno));
	return false;
}

enum journals_line journals_line(struct journals_one *one,
    const struct journals_config *config, const struct journal_line *line)
{
	if (line->seq == one->seq && one->chain[0] &&
	    memcmp(line->chain.p, one->chain, DIGEST_HEX) != 0) {
		config->say("journal '%s': SEQ %" PRIu64
			    " is not the line that is there already",
		    one->path, line->seq);
		return JOURNALS_OTHER;
	}
	one->met = one->met || line->seq >= one->seq;
	return line->seq > one->seq ? JOURNALS_NEW : JOURNALS_OLD;
}

bool journals_whole(const struct journals_one *one,
    const struct journals_config *config)
{
	if (!one->id[0] || one->met)
		return true;
	config->say("journal '%s': has lost lines: it is there up to SEQ "
		    "%" PRIu64,
	    one->path, one->seq);
	return false;
}

uint64_t journals_behind(const struct journals_one *one)
{
	int dir = open(one->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint64_t synced = dir < 0 ? 0 : lock_read_synced(dir);

	if (dir >= 0)
		close(dir);
	return synced > one->seq ? synced - one->seq : 0;
}

void journals_close(struct journals_one *one)
{
	journal_close(one->reader);
	one->reader = NULL;
}

bool journals_ending(const struct journals_config *config, int ms)
{
	struct pollfd p = {config->ending, POLLIN, 0};

	return poll(&p, 1, ms) > 0;
}
