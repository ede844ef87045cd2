/* SPDX-License-Identifier: ISC */
/* How a node is wired. */
#include "node/commands-internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "node/replicas.h"
#include "node/uploads.h"

char *commands_path(const char *run, const char *node, const char *kind)
{
	struct buf b = BUF_EMPTY;

	buf_addf(&b, "%s/%s", run, node);
	if (kind)
		buf_addf(&b, "/%s", kind);
	return buf_detach(&b);
}

char *commands_socket(const char *run, const char *node, const char *kind)
{
	struct buf b = BUF_EMPTY;

	buf_addf(&b, "unix:%s/%s/%s", run, node, kind);
	return buf_detach(&b);
}

char *commands_sheet(const char *run, const char *node, const char *kind,
    size_t stage)
{
	struct buf b = BUF_EMPTY;

	buf_addf(&b, "%s/%s/%s%zu", run, node, kind, stage);
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

/* The file that the last stage says in how it does. */
static void add_sheet(struct commands *w, const char *run, const char *node,
    const char *kind)
{
	char *path = commands_sheet(run, node, kind, w->stages - 1);

	args_option(&w->stage[w->stages - 1], "status-file", path);
	free(path);
}

/* A cup-broker for each link of the chain. */
static void ask_servers(struct commands *w, const struct conf *c,
    const char *run, const char *node, const char *kind)
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
		commands_add_options(a, c, "cup-broker");
		add_sheet(w, run, node, kind);
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

/* Each pipeline writes a stream of its own. */
static void replicate(struct commands *w, const struct conf *c,
    const char *run, const char *node, bool messages)
{
	struct args *a = stage(w, "cup-ship");
	char *status = commands_path(run, node, REPLICAS_STATUS);
	char *stream = replicas_stream(node, messages);

	commands_add_options(a, c, "cup-ship");
	args_option(a, "stream", stream);
	if (conf_is(c, "replicate-skip-if-down", "yes"))
		args_option(a, "unsafe", NULL);
	if (messages)
		args_option(a, "status", status);
	free(stream);
	free(status);
}

/* The stages, with that setting's journal. A journal has one writer, and what
 * a shadow finds one, too: so the pipeline of files has its own, and no
 * shadow. */
static void put_stages(struct commands *w, const struct conf *c,
    const char *run, const char *node, const char *journal)
{
	bool messages = strcmp(journal, "journal") == 0;
	const char *kind = messages ? "stage" : "upload-stage";
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
			ask_servers(w, c, run, node, kind);
		else
			judge_here(w, c, run, node, messages);
		if (conf_get(c, "notify-server")) {
			a = stage(w, "cup-broker");
			args_option(a, "notify", NULL);
			commands_add_options(a, c, "cup-broker");
			add_sheet(w, run, node, kind);
			add_values(a, c, "notify-server");
		}
		a = stage(w, "cup-log");
		/* A fresh pipeline takes the journal over from an old one. */
		args_option(a, "wait", NULL);
		args_option(a, "key", key);
		commands_add_options(a, c, "cup-log");
		add_sheet(w, run, node, kind);
		if (conf_is(c, "compress", "no"))
			args_option(a, "compress", "no");
		args_add(a, conf_get(c, journal));
		if (conf_get(c, "replicate"))
			replicate(w, c, run, node, messages);
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
	if (conf_get(start, "upload-server-ca"))
		args_option(a, "server-ca",
		    conf_get(start, "upload-server-ca"));
	args_option(a, "store", conf_get(start, "upload-store"));
	args_option(a, "file-size-max", conf_get(start, "file-size-max"));
	commands_add_socket(a, "slots", run, node);
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
	commands_add_options(a, c, "cup-broker");
	args_add(a, url);
}

void commands_release(struct commands *w)
{
	for (size_t i = 0; i < w->stages; i++)
		args_release(&w->stage[i]);
	w->stages = 0;
}
