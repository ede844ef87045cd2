/* SPDX-License-Identifier: ISC */
/* Journals that are brought somewhere. */
#include "ship/journals.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

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
