/* SPDX-License-Identifier: ISC */
/* A node's settings among those of the other nodes of its folder. */
#include "node/conf-node.h"

#include <stdlib.h>
#include <string.h>

#include "node/conf-sense.h"

void conf_judge(struct conf *c, const struct conf_store *s, const char *node,
    struct span text, struct buf *mistakes)
{
	char *path = conf_store_path(s, node);
	struct conf_store_list nodes;
	/* What is wrong with the others is not said here. */
	struct buf theirs = BUF_EMPTY, quiet = BUF_EMPTY;

	conf_parse(c, path, text, mistakes);
	free(path);
	conf_sense(c, mistakes);
	conf_store_nodes(s, &nodes);
	for (size_t i = 0; i < nodes.count; i++) {
		struct conf other = {0};

		if (strcmp(nodes.name[i], node) == 0)
			continue;
		path = conf_store_path(s, nodes.name[i]);
		if (conf_load(path, &theirs)) {
			conf_parse(&other, path, buf_span(&theirs), &quiet);
			conf_neighbour(c, &other, nodes.name[i], mistakes);
		}
		conf_release(&other);
		free(path);
	}
	conf_store_list_release(&nodes);
	buf_release(&theirs);
	buf_release(&quiet);
}
