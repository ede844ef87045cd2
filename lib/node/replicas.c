/* SPDX-License-Identifier: ISC */
/* What a node's settings make of a stream. */
#include "node/replicas.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/commands.h"
#include "node/conf-sense.h"
#include "node/internal.h"

char *replicas_stream(const char *node, bool messages)
{
	struct buf b = BUF_EMPTY;

	buf_addf(&b, "cup-%s%s", node, messages ? "" : "-files");
	for (size_t i = 0; i < b.len; i++) {
		if (b.data[i] == '.')
			b.data[i] = '_';
	}
	return buf_detach(&b);
}

void replicas_sense(const struct conf *c, struct buf *m)
{
	if (conf_is(c, "replicate-skip-if-down", "yes") &&
	    !conf_is(c, "unsafe", "yes"))
		conf_mistake(c, m, "replicate-skip-if-down", 0,
		    "lets through what is on this machine alone: it needs "
		    "unsafe yes");
	if (conf_get(c, "replicate-private-key") &&
	    !conf_get(c, "replicate-certificate"))
		conf_mistake(c, m, "replicate-private-key", 0,
		    "it needs a replicate-certificate");
	if (!conf_get(c, "replicate"))
		return;
	if (conf_get(c, "pipeline"))
		conf_mistake(c, m, "replicate", 0,
		    "a pipeline of one's own has its own cup-ship");
	else if (conf_is(c, "compliance", "none"))
		conf_mistake(c, m, "replicate", 0,
		    "nothing is journaled: compliance is none");
}

void replicas_status(const char *run, const char *node, struct buf *out)
{
	char *path = commands_path(run, node, REPLICAS_STATUS);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char text[256];
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text)) : -1;
	struct buf all = BUF_EMPTY;
	struct span state;

	if (fd >= 0)
		close(fd);
	free(path);
	buf_add(&all, text, n > 0 ? (size_t)n : 0);
	state = sample_value(&all, "state");
	if (!state.n) {
		buf_adds(out, "replicas down\n");
		buf_release(&all);
		return;
	}
	buf_addf(out, "replicas %.*s\n", SPAN_ARG(state));
	buf_addf(out, "replicas-records %.*s\n",
	    SPAN_ARG(sample_value(&all, "records")));
	buf_addf(out, "replicas-seconds %.*s\n",
	    SPAN_ARG(sample_value(&all, "seconds")));
	buf_release(&all);
}
