/* SPDX-License-Identifier: ISC */
/* A node's file of settings. */
#include "node/conf-file.h"

#include <errno.h>
#include <stdlib.h>

#include "node/conf-node.h"
#include "node/conf-show.h"
#include "node/identity.h"
#include "node/reviews.h"

const char *conf_file_open(struct conf_file *f, const char *dir,
    const char *node, bool changing)
{
	*f = (struct conf_file){.node = node};
	if (!conf_store_open(&f->store, dir, changing))
		return "cannot open";
	if (changing && !conf_store_lock(&f->store))
		return "cannot lock";
	f->path = conf_store_path(&f->store, node);
	f->there = conf_load(f->path, &f->text);
	if (!f->there && (errno != ENOENT || !changing))
		return "cannot read";
	conf_judge(&f->conf, &f->store, node, buf_span(&f->text),
	    &f->mistakes);
	return NULL;
}

void conf_file_close(struct conf_file *f)
{
	conf_release(&f->conf);
	buf_release(&f->mistakes);
	buf_release(&f->text);
	free(f->path);
	conf_store_close(&f->store);
	*f = (struct conf_file){.there = false};
}

/* The group that has to be able to read the file again: the node's, where it
 * does not go on as root. */
static gid_t reader(const struct conf *c)
{
	struct identity id;

	return !identity_of(&id, c) && id.change ? id.gid : (gid_t)-1;
}

static void warn(const struct conf *c, struct buf *mistakes)
{
	const char *key = reviews_doubtful(c);

	if (key)
		buf_addf(mistakes, "warning: %s: " REVIEWS_DOUBT "\n", key);
}

enum conf_file_saved conf_file_save(struct conf_file *f, struct span text,
    struct buf *out, struct buf *mistakes, const char **step)
{
	enum conf_file_saved how = CONF_FILE_MISTAKEN;
	struct conf to = {0};

	if (f->there && span_same(text, buf_span(&f->text)))
		return CONF_FILE_SAME;
	conf_judge(&to, &f->store, f->node, text, mistakes);
	if (mistakes->len == 0 &&
	    !conf_store_save(&f->store, f->node, text, reader(&to), step))
		how = CONF_FILE_FAILED;
	else if (mistakes->len == 0)
		how = CONF_FILE_SAVED;
	if (how == CONF_FILE_SAVED) {
		conf_show_change(&f->conf, &to, f->node, !f->there, out);
		warn(&to, mistakes);
	}
	conf_release(&to);
	return how;
}

bool conf_file_version(const struct conf_file *f, uint64_t n, struct buf *text,
    size_t *count)
{
	struct conf_store_list list;
	const char *time = NULL;
	bool ok = false;

	buf_reset(text);
	if (!conf_store_history(&f->store, f->node, &list))
		return false;
	*count = list.count;
	errno = 0;
	if (n >= 1 && n <= list.count) {
		time = list.name[n - 1];
		ok = conf_store_version(&f->store, f->node, time, text);
	}
	if (!ok && time) {
		buf_reset(text);
		buf_adds(text, time);
	}
	conf_store_list_release(&list);
	return ok;
}
