/* SPDX-License-Identifier: ISC */
/* How a node's cup-review is started. */
#include "node/commands.h"

#include <stdlib.h>

#include "node/reviews.h"

/* --reviewer USER=JID for each JID. */
static void add_reviewers(struct args *a, const struct conf *c)
{
	struct buf b = BUF_EMPTY;
	const char *value;

	for (size_t n = 0; (value = conf_nth(c, "reviewers", n, NULL)); n++) {
		struct span user = value_reviewer_next(&value), jid;

		while ((jid = value_reviewer_next(&value)).n) {
			buf_reset(&b);
			buf_addspan(&b, user);
			buf_addc(&b, '=');
			buf_addspan(&b, jid);
			args_option(a, "reviewer", buf_str(&b));
		}
	}
	buf_release(&b);
}

bool commands_review(struct args *a, const struct conf *c, const char *review,
    const char *run, const char *node)
{
	char *socket = commands_socket(run, node, "review");
	char *key = commands_path(run, node, "key");

	args_release(a);
	if (reviews_kept(c)) {
		args_add(a, "cup-review");
		args_option(a, "serve", socket);
		args_option(a, "to", review);
		args_option(a, "node", node);
		args_option(a, "key", key);
		if (conf_get(c, "review-group"))
			args_option(a, "group", conf_get(c, "review-group"));
		add_reviewers(a, c);
		if (conf_get(c, "review-command"))
			args_option(a, "command",
			    conf_get(c, "review-command"));
		args_add(a, conf_get(c, "journal"));
	}
	free(socket);
	free(key);
	return a->count > 0;
}
