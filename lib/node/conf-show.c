/* SPDX-License-Identifier: ISC */
/* Settings, as cup-config prints them. */
#include "node/conf-show.h"

#include "node/conf-text.h"

void conf_show_key(const struct conf *c, const char *key, bool alone,
    struct buf *out)
{
	const char *value;
	unsigned line;

	for (size_t n = 0; (value = conf_nth(c, key, n, &line)); n++) {
		if (alone)
			buf_addf(out, "%s\n", value);
		else if (line)
			buf_addf(out, "%s\t%s\t%s:%u\n", key, value, c->path,
			    line);
		else
			buf_addf(out, "%s\t%s\tdefault\n", key, value);
	}
}

void conf_show_change(const struct conf *from, const struct conf *to,
    const char *node, bool made, struct buf *out)
{
	struct buf waits = BUF_EMPTY;
	size_t differ = conf_diff(from, to, out);

	for (size_t i = 0; i < setting_count; i++) {
		if (conf_waits(from, to, &setting_table[i]))
			buf_addf(&waits, " %s", setting_table[i].key);
	}
	if (!differ)
		buf_adds(out, "saved; every setting has the value it had\n");
	else if (made)
		buf_addf(out, "saved; to start the node: cup-node %s\n", node);
	else if (waits.len)
		buf_addf(out, "saved; waiting for a restart of the node:%s\n",
		    buf_str(&waits));
	else
		buf_addf(out, "saved; takes effect with: cup-node --reload "
			      "%s\n", node);
	buf_release(&waits);
}

static void show_version(size_t number, const char *time,
    const struct conf *then, const struct conf *after, struct buf *out)
{
	size_t before;

	buf_addf(out, "%zu\t%s\t", number, time);
	before = out->len;
	for (size_t i = 0; i < setting_count; i++) {
		const char *key = setting_table[i].key;

		if (!conf_same(then, after, key))
			buf_addf(out, "%s%s", out->len > before ? " " : "",
			    key);
	}
	buf_adds(out, out->len > before ? "\n" : "-\n");
}

bool conf_show_history(const struct conf_store *s, const char *node,
    const struct conf_store_list *versions, const struct conf *now,
    const char **which, struct buf *out)
{
	struct buf text = BUF_EMPTY, quiet = BUF_EMPTY;
	struct conf after = {0};
	bool ok = true;

	for (size_t i = 0; ok && i < versions->count; i++) {
		struct conf then = {0};

		*which = versions->name[i];
		ok = conf_store_version(s, node, *which, &text);
		if (!ok)
			break;
		conf_parse(&then, now->path, buf_span(&text), &quiet);
		show_version(i + 1, *which, &then, i ? &after : now, out);
		conf_release(&after);
		after = then;
	}
	conf_release(&after);
	buf_release(&quiet);
	buf_release(&text);
	return ok;
}

void conf_show_table(struct buf *out)
{
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *s = &setting_table[i];

		buf_addf(out, "%s\t%s%s\t%s\t%s\t%s\n", s->key, s->kind->name,
		    s->flags & SETTING_LIST ? " (list)" : "",
		    s->initial ? s->initial : "-",
		    s->apply == APPLY_RELOAD ? "reload" : "restart", s->help);
	}
}
