/* SPDX-License-Identifier: ISC */
/* How a node is wired. */
#include "io/address.h"
#include "node/commands.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "node/reviews.h"
#include "node/uploads.h"

char *commands_path(const char *run, const char *node, const char *kind)
{
	struct buf b = BUF_EMPTY;

	buf_addf(&b, "%s/%s", run, node);
	if (kind)
		buf_addf(&b, "/%s", kind);
	return buf_detach(&b);
}

static struct args *stage(struct commands *w, const char *program)
{
	struct args *a = &w->stage[w->stages++];

	args_add(a, program);
	return a;
}

static void add_values(struct args *a, const struct conf *c, const char *key)
{
	const char *value;

	for (size_t n = 0; (value = conf_nth(c, key, n, NULL)); n++)
		args_add(a, value);
}

/* The options that the settings have for a program. */
static void add_options(struct args *a, const struct conf *c,
    const char *program)
{
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *s = &setting_table[i];
		const char *value;

		if (!s->program || strcmp(s->program, program) != 0)
			continue;
		for (size_t n = 0; (value = conf_nth(c, s->key, n, NULL));
		     n++) {
			if (s->kind != &value_yesno)
				args_option(a, s->option, value);
			else if (strcmp(value, "yes") == 0)
				args_option(a, s->option, NULL);
		}
	}
}

/* A cup-broker for each link of the chain. */
static void ask_servers(struct commands *w, const struct conf *c)
{
	struct chain chain;
	char *name;

	chain_read(&chain, c);
	for (size_t i = 0; i < chain.links; i++) {
		const struct chain_link *link = &chain.link[i];
		struct args *a = stage(w, "cup-broker");

		name = mem_dup(link->name.p, link->name.n);
		if (*name)
			args_option(a, "name", name);
		free(name);
		if (link->skipped) {
			args_option(a, "skip-if-down", NULL);
			args_option(a, "unsafe", NULL);
		}
		add_options(a, c, "cup-broker");
		for (size_t k = 0; k < link->urls; k++)
			args_add(a, link->url[k]);
	}
}

static void unjudged(struct commands *w, const char *run, const char *node)
{
	char *policy = commands_path(run, node, "policy");
	struct args *a;

	args_add(stage(w, "cup-filter"), policy);
	a = stage(w, "cup-deliver");
	args_option(a, "records", NULL);
	args_option(a, "no-proof", NULL);
	free(policy);
}

void commands_files(struct args *a, const struct conf *c)
{
	const char *url;

	if (!uploads_wanted(c))
		return;
	args_option(a, "files", conf_get(c, "upload-store"));
	for (size_t n = 0; (url = conf_nth(c, "upload-url", n, NULL)); n++)
		args_option(a, "file-url", url);
}

/* By the policy as it was when it was checked, whatever is in its files. */
static void judge_here(struct commands *w, const struct conf *c,
    const char *run, const char *node, bool shadowed)
{
	char *snapshot = commands_path(run, node, "snapshot");
	struct args *a = stage(w, "cup-filter");
	const char *tried;

	args_option(a, "snapshot", snapshot);
	commands_files(a, c);
	for (size_t n = 0; shadowed && (tried = conf_nth(c, "shadow", n, NULL));
	     n++)
		args_option(a, "shadow", tried);
	if (shadowed && conf_get(c, "shadow"))
		args_option(a, "shadow-journal", conf_get(c, "shadow-journal"));
	add_values(a, c, "policy");
	free(snapshot);
}

/* The stages, with that setting's journal. A journal has one writer, and what
 * a shadow finds one, too: so the pipeline of files has its own, and no
 * shadow. */
static void put_stages(struct commands *w, const struct conf *c,
    const char *run, const char *node, const char *journal)
{
	bool messages = strcmp(journal, "journal") == 0;
	char *key = commands_path(run, node, "key");
	struct args *a;

	commands_release(w);
	if (conf_is(c, "compliance", "none")) {
		unjudged(w, run, node);
	} else if (conf_get(c, "pipeline")) {
		a = stage(w, "/bin/sh");
		args_add(a, "-c");
		args_add(a, conf_get(c, "pipeline"));
	} else {
		if (conf_is(c, "compliance", "third-party"))
			ask_servers(w, c);
		else
			judge_here(w, c, run, node, messages);
		if (conf_get(c, "notify-server")) {
			a = stage(w, "cup-broker");
			args_option(a, "notify", NULL);
			add_options(a, c, "cup-broker");
			add_values(a, c, "notify-server");
		}
		a = stage(w, "cup-log");
		/* A fresh pipeline takes the journal over from an old one. */
		args_option(a, "wait", NULL);
		args_option(a, "key", key);
		add_options(a, c, "cup-log");
		if (conf_is(c, "compress", "no"))
			args_option(a, "compress", "no");
		args_add(a, conf_get(c, journal));
		a = stage(w, "cup-deliver");
		args_option(a, "records", NULL);
		args_option(a, "key", key);
	}
	free(key);
}

void commands_pipeline(
    struct commands *w, const struct conf *c, const char *run, const char *node)
{
	put_stages(w, c, run, node, "journal");
}

/* An option with the socket of that name, of the node's folder. */
static void add_named(struct args *a, const char *option, const char *name,
    const char *run, const char *node)
{
	char *path = commands_path(run, node, name);
	struct buf b = BUF_EMPTY;

	buf_addf(&b, "unix:%s", path);
	args_option(a, option, buf_str(&b));
	buf_release(&b);
	free(path);
}

static void add_socket(struct args *a, const char *name, const char *run,
    const char *node)
{
	add_named(a, name, name, run, node);
}

/* What is released here comes from the node's own cup-review, else, as what
 * a compliance server releases, through the pipeline. */
static void add_reviews(struct args *a, const struct conf *c, const char *run,
    const char *node)
{
	char *key = reviews_key(c);

	if (!key)
		return;
	if (reviews_kept(c))
		add_socket(a, "review", run, node);
	args_option(a, "review-key", key);
	args_option(a, "review-tell", conf_get(c, "review-tell"));
	free(key);
}

/* The socket that cup-node listens on, with what is spoken there. */
static void add_listener(struct args *a, const char *listen, size_t n)
{
	struct buf b = BUF_EMPTY;
	struct address addr;
	const char *why;

	if (!address_parse_listener(&addr, listen, &why))
		return;
	buf_addf(&b, "%s:listen%zu%s",
	    addr.web ? (addr.tls ? "wss-fd" : "ws-fd")
		     : (addr.tls ? "tls-fd" : "fd"),
	    n, addr.web_path ? addr.web_path : "");
	args_option(a, "listen", buf_str(&b));
	buf_release(&b);
	address_release(&addr);
}

void commands_intercept(struct args *a, const struct conf *c, const char *run,
    const char *node)
{
	const char *listen;

	args_release(a);
	args_add(a, "cup-intercept");
	args_option(a, "node", node);
	for (size_t n = 0; (listen = conf_nth(c, "listen", n, NULL)); n++)
		add_listener(a, listen, n);
	add_socket(a, "pipeline", run, node);
	add_socket(a, "status", run, node);
	add_options(a, c, "cup-intercept");
	/* Without a limit of the node's own there is that of a record. */
	if (conf_is(c, "packet-size-limit", "no"))
		args_option(a, "max-size", "3M");
	add_reviews(a, c, run, node);
	if (uploads_wanted(c))
		add_named(a, "upload", "slots", run, node);
}

/* The stages as a shell takes them. */
static void add_command(struct args *a, const struct conf *c, const char *run,
    const char *node)
{
	struct commands w = {.stages = 0};
	struct buf b = BUF_EMPTY;

	put_stages(&w, c, run, node, "upload-journal");
	for (size_t i = 0; i < w.stages; i++) {
		if (i)
			buf_adds(&b, " | ");
		args_text(&w.stage[i], &b);
	}
	args_option(a, "command", buf_str(&b));
	buf_release(&b);
	commands_release(&w);
}

bool commands_upload(struct args *a, const struct conf *start,
    const struct conf *c, const char *run, const char *node)
{
	const char *listen = conf_get(start, "upload-listen");
	bool tls = listen && strncmp(listen, "tls:", 4) == 0;

	args_release(a);
	if (!uploads_wanted(start))
		return false;
	args_add(a, "cup-upload");
	args_option(a, "node", node);
	args_option(a, "listen", tls ? "tls-fd:upload" : "fd:upload");
	args_option(a, "server", conf_get(start, "upload-server"));
	args_option(a, "store", conf_get(start, "upload-store"));
	args_option(a, "file-size-max", conf_get(start, "file-size-max"));
	add_socket(a, "slots", run, node);
	if (tls) {
		args_option(a, "certificate",
		    conf_get(start, "upload-certificate"));
		args_option(a, "private-key",
		    conf_get(start, "upload-private-key"));
	}
	add_command(a, c, run, node);
	return true;
}

bool commands_check(struct args *a, const struct conf *c, const char *save)
{
	args_release(a);
	if (conf_get(c, "pipeline") || !conf_is(c, "compliance", "local"))
		return false;
	args_add(a, "cup-filter");
	args_option(a, "check", NULL);
	commands_files(a, c);
	if (save)
		args_option(a, "save", save);
	add_values(a, c, "policy");
	return true;
}

void commands_ask(struct args *a, const struct conf *c, const char *url)
{
	args_release(a);
	args_add(a, "cup-broker");
	args_option(a, "check", NULL);
	add_options(a, c, "cup-broker");
	args_add(a, url);
}

void commands_release(struct commands *w)
{
	for (size_t i = 0; i < w->stages; i++)
		args_release(&w->stage[i]);
	w->stages = 0;
}
