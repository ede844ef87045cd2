/* SPDX-License-Identifier: ISC */
/* How long a node keeps its journals. */
#include "node/prunes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "node/conf-file.h"
#include "node/identity.h"
#include "prune/hold-file.h"

static const char *check_retention(const struct setting *s, const char *value)
{
	struct keeps k = {NULL, 0};
	const char *why = keeps_add(&k, value, stamp_now());

	(void)s;
	keeps_release(&k);
	return why;
}

static const char *check_retention_for(const struct setting *s,
    const char *value)
{
	struct keeps k = {NULL, 0};
	const char *why = keeps_add_for(&k, value, stamp_now());

	(void)s;
	/* It may be borrowed from what is released now. */
	if (why)
		why = "is not KIND:VALUE=DURATION with a good value";
	keeps_release(&k);
	return why;
}

const struct value_kind value_retention = {"retention", check_retention};
const struct value_kind value_retention_for = {"KIND:VALUE=retention",
    check_retention_for};

static const char *const journals[] = {"journal", "refused", "review",
    "upload-journal", "shadow-journal"};

void prunes_sense(const struct conf *c, struct buf *mistakes)
{
	if (conf_get(c, "hold-file") && !conf_get(c, "retention") &&
	    !conf_get(c, "retention-for"))
		conf_mistake(c, mistakes, "hold-file", 0,
		    "needs a retention or retention-for");
}

void prunes_holds(const char *path, struct buf *mistakes)
{
	struct hold_file holds = {NULL, 0};

	hold_file_read(&holds, path, stamp_now(), mistakes);
	hold_file_release(&holds);
}

static void take_keeps(struct prunes_settings *s, const struct conf *c)
{
	const char *value = conf_get(c, "retention");

	/* Each was checked when the settings were read. */
	if (value)
		(void)keeps_add(s->keeps, value, s->now);
	for (size_t n = 0; (value = conf_nth(c, "retention-for", n, NULL)); n++)
		(void)keeps_add_for(s->keeps, value, s->now);
}

static int take(struct prunes_settings *s, const struct conf *c,
    struct buf *mistakes)
{
	struct identity id;
	const char *why = identity_of(&id, c), *value;

	if (!why && id.change && !identity_take(&id))
		why = strerror(errno);
	if (why) {
		buf_addf(mistakes, "user: %s\n", why);
		return EX_CONFIG;
	}
	if (!s->asked)
		take_keeps(s, c);
	for (size_t n = 0; (value = conf_nth(c, "hold-file", n, NULL)); n++)
		args_add(s->hold_files, value);
	for (size_t i = 0; i < sizeof(journals) / sizeof(*journals); i++) {
		value = conf_get(c, journals[i]);
		if (value && access(value, F_OK) == 0)
			args_add(s->journals, value);
		else if (value && errno != ENOENT) {
			buf_addf(mistakes, "%s '%s': %s\n", journals[i],
			    value, strerror(errno));
			return EX_IOERR;
		}
	}
	return 0;
}

int prunes_read(struct prunes_settings *s, const char *node,
    struct buf *mistakes)
{
	const char *dir = getenv("CUP_CONFIG_DIR"), *why;
	struct conf_file f = {.node = NULL};
	int code = EX_CONFIG;

	if (!conf_node_valid(node)) {
		buf_addf(mistakes, "'%s' cannot be the name of a node\n",
		    node);
		return EX_USAGE;
	}
	why = conf_file_open(&f, dir && *dir ? dir : "/etc/cup", node, false);
	if (why)
		buf_addf(mistakes, "node '%s': %s: %s\n", node, why,
		    strerror(errno));
	else if (f.mistakes.len)
		buf_addspan(mistakes, buf_span(&f.mistakes));
	else
		code = take(s, &f.conf, mistakes);
	conf_file_close(&f);
	return code;
}
