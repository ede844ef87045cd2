/* SPDX-License-Identifier: ISC */
/* Finding a node's policy. */
#include "node/in-force.h"

#include "node/conf-file.h"
#include "policy/policy.h"

static struct policy *read_files(const struct conf *c)
{
	struct policy *p = policy_new();
	const char *path;

	for (size_t i = 0; (path = conf_nth(c, "policy", i, NULL)); i++)
		policy_read(p, path);
	if (policy_ready(p))
		return p;
	policy_free(p);
	return NULL;
}

struct policy *in_force(const char *config_dir, const char *node)
{
	struct conf_file f = {.node = NULL};
	struct policy *p = NULL;

	if (!conf_file_open(&f, config_dir, node, false) && !f.mistakes.len &&
	    conf_is(&f.conf, "compliance", "local") &&
	    !conf_get(&f.conf, "pipeline") && conf_count(&f.conf, "policy"))
		p = read_files(&f.conf);
	conf_file_close(&f);
	return p;
}
