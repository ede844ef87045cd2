/* SPDX-License-Identifier: ISC */
/* A running node: from its settings to open sockets, its user and its files.
 */
#define _XOPEN_SOURCE 700 /* lchown */
#include "node/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/launch.h"
#include "io/notify.h"
#include "io/out.h"
#include "io/program.h"
#include "node/conf-node.h"
#include "node/metrics.h"
#include "node/reviews.h"

enum { KEY_BYTES = 32 };

bool node_program(struct node *n, const char *name, char **path,
    struct buf *why)
{
	free(*path);
	*path = *name == '/' ? mem_strdup(name)
			     : program_find(name, n->o.search);
	if (!*path)
		buf_addf(why, "%s is neither beside this program nor in "
			      "PATH\n", name);
	return *path != NULL;
}

bool node_programs(struct node *n, const struct commands *w, char **paths,
    struct buf *why)
{
	bool ok = true;

	for (size_t i = 0; i < w->stages; i++)
		ok = node_program(n, w->stage[i].word[0], &paths[i], why) &&
		    ok;
	return ok;
}

bool node_settings(struct node *n, struct conf *c, struct buf *why)
{
	struct buf text = BUF_EMPTY;
	struct conf_store s = {NULL, -1};
	char *path = NULL;
	bool ok = conf_store_open(&s, n->o.config_dir, false);

	if (ok) {
		path = conf_store_path(&s, n->o.name);
		ok = conf_load(path, &text);
	}
	if (!ok)
		buf_addf(why, "cannot read '%s': %s\n",
		    path ? path : n->o.config_dir, strerror(errno));
	else
		conf_judge(c, &s, n->o.name, buf_span(&text), why);
	free(path);
	conf_store_close(&s);
	buf_release(&text);
	return ok && why->len == 0;
}

/* Make a folder, if it is not there; given: it is to be the node's. */
static bool make_folder(struct node *n, const char *path, mode_t mode,
    bool given, struct buf *why)
{
	bool ok = mkdir(path, mode) == 0 || errno == EEXIST;

	if (ok && given && n->identity.change)
		ok = lchown(path, n->identity.uid, n->identity.gid) == 0;
	if (!ok)
		buf_addf(why, "cannot make '%s': %s\n", path,
		    strerror(errno));
	return ok;
}

/* Who has the lock, from its file. */
static void name_holder(struct node *n, struct buf *why)
{
	char pid[32] = "";

	if (pread(n->lock, pid, sizeof(pid) - 1, 0) < 0)
		pid[0] = '\0';
	pid[strspn(pid, "0123456789")] = '\0';
	buf_addf(why, "node '%s' runs already (process %s)\n", n->o.name,
	    pid);
}

/* Lock the node. The file is in the folder of all nodes, so that it is root's
 * where root starts them. */
static bool lock(struct node *n, struct buf *why, int *code)
{
	struct buf path = BUF_EMPTY, pid = BUF_EMPTY;
	bool ok;

	*code = EX_IOERR;
	buf_addf(&path, "%s/%s.lock", n->o.run_dir, n->o.name);
	buf_addf(&pid, "%ld\n", (long)getpid());
	n->lock = open(buf_str(&path),
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	ok = n->lock >= 0;
	if (ok && flock(n->lock, LOCK_EX | LOCK_NB) != 0) {
		*code = EX_TEMPFAIL;
		name_holder(n, why);
		ok = false;
	} else {
		ok = ok && ftruncate(n->lock, 0) == 0 &&
		    out_write(n->lock, pid.data, pid.len);
		if (!ok)
			buf_addf(why, "cannot lock '%s': %s\n",
			    buf_str(&path), strerror(errno));
	}
	buf_release(&path);
	buf_release(&pid);
	return ok;
}

/* The run folder, the lock, and the node's own folder. */
static bool settle_in(struct node *n, struct buf *why, int *code)
{
	char *own = commands_path(n->o.run_dir, n->o.name, NULL);
	bool ok;

	*code = EX_IOERR;
	ok = make_folder(n, n->o.run_dir, 0755, false, why) &&
	    lock(n, why, code) && make_folder(n, own, 0700, true, why);
	free(own);
	return ok;
}

static bool listen_on(struct address *a, struct listening *l,
    const char *text, struct buf *why, int *code)
{
	const char *reason = NULL;

	if (!address_parse_listener(a, text, &reason))
		return false;
	errno = 0;
	if (address_listen(a, l, &reason))
		return true;
	address_release(a);
	*a = (struct address){0};
	*code = errno == EADDRINUSE ? EX_TEMPFAIL : EX_UNAVAILABLE;
	buf_addf(why, "cannot listen on %s: %s\n", text, reason);
	return false;
}

static bool open_listeners(struct node *n, struct buf *why, int *code)
{
	size_t count = conf_count(&n->conf, "listen");
	const char *upload = conf_get(&n->conf, "upload-listen");

	n->listen = mem_zalloc(count * sizeof(*n->listen));
	n->listening = mem_zalloc(count * sizeof(*n->listening));
	while (n->listens < count) {
		if (!listen_on(&n->listen[n->listens],
			&n->listening[n->listens],
			conf_nth(&n->conf, "listen", n->listens, NULL), why,
			code))
			return false;
		n->listens++;
	}
	return !upload || listen_on(&n->upload_address, &n->upload_listening,
	    upload, why, code);
}

/* Put a file of the node's own into the run folder, anew. */
static bool put(struct node *n, const char *kind, const char *p, size_t len,
    struct buf *why)
{
	char *path = commands_path(n->o.run_dir, n->o.name, kind);
	int fd;
	bool ok;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ok = fd >= 0 && out_write(fd, p, len);
	if (fd >= 0)
		ok = close(fd) == 0 && ok;
	if (!ok)
		buf_addf(why, "cannot make '%s': %s\n", path, strerror(errno));
	free(path);
	return ok;
}

/* Reviewers pass through the node's folder, to cup-review's socket. As its
 * user: root may lack the right (CAP_FOWNER) to do it to what is another's. */
static bool open_folder(struct node *n, struct buf *why)
{
	char *own = commands_path(n->o.run_dir, n->o.name, NULL);
	bool ok = chmod(own, 0711) == 0;

	if (!ok)
		buf_addf(why, "cannot open '%s' to reviewers: %s\n", own,
		    strerror(errno));
	free(own);
	return ok;
}

static bool put_files(struct node *n, struct buf *why)
{
	static const char policy[] =
	    "# compliance none: nothing is judged\npass unjudged\n";
	char key[KEY_BYTES], *lasting = reviews_key(&n->conf);
	bool ok = !lasting || reviews_make_key(lasting, why);

	free(lasting);
	if (!ok)
		return false;
	if (getrandom(key, sizeof(key), 0) != sizeof(key)) {
		buf_addf(why, "no random numbers: %s\n", strerror(errno));
		return false;
	}
	return put(n, "key", key, sizeof(key), why) &&
	    put(n, "policy", policy, sizeof(policy) - 1, why);
}

/* A policy that is wrong is told of by the check, and by the stage that does
 * not find it: nothing is delivered until a reload has a good one. */
static void save_policy(struct node *n)
{
	char *save = commands_path(n->o.run_dir, n->o.name, "snapshot");
	struct args args = {NULL, 0};
	char *path = NULL;
	pid_t pid = -1;

	unlink(save);
	if (commands_check(&args, &n->conf, save))
		path = program_find(args.word[0], n->o.search);
	if (path)
		pid = launch_start(&(struct launch){.path = path,
		    .argv = args.word, .in = -1, .out = -1});
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	free(path);
	free(save);
	args_release(&args);
}

static bool open_socket(struct node *n, const char *kind, struct address *a,
    struct listening *l, struct buf *why)
{
	char *path = commands_path(n->o.run_dir, n->o.name, kind);
	struct buf text = BUF_EMPTY;
	const char *reason = NULL;
	bool ok;

	buf_addf(&text, "unix:%s", path);
	ok = address_parse(a, buf_str(&text), &reason) &&
	    address_listen(a, l, &reason);
	if (!ok)
		buf_addf(why, "cannot make '%s': %s\n", path, reason);
	/* None but this user, who is checked again, and root. */
	else if (chmod(path, 0600) != 0)
		ok = false;
	buf_release(&text);
	free(path);
	return ok;
}

static bool open_sockets(struct node *n, struct buf *why)
{
	char *path = commands_path(n->o.run_dir, n->o.name, "notify");
	bool ok;

	n->notify = notify_listen(path);
	ok = n->notify >= 0;
	if (!ok)
		buf_addf(why, "cannot make '%s': %s\n", path, strerror(errno));
	free(path);
	return ok &&
	    open_socket(n, "control", &n->control_address,
		&n->control_listening, why) &&
	    open_socket(n, "pipeline", &n->pipeline_address,
		&n->pipeline_listening, why);
}

bool node_setup(struct node *n, struct buf *why, int *code)
{
	const char *reason;

	*code = EX_CONFIG;
	if (!node_settings(n, &n->conf, why))
		return false;
	conf_copy(&n->start, &n->conf);
	reason = identity_of(&n->identity, &n->conf);
	if (reason) {
		conf_mistake(&n->conf, why,
		    conf_get(&n->conf, "user") ? "user" : "group", 0, "%s",
		    reason);
		return false;
	}
	*code = EX_UNAVAILABLE;
	commands_pipeline(&n->commands, &n->conf, n->o.run_dir, n->o.name);
	commands_intercept(&n->intercept_args, &n->conf, n->o.run_dir,
	    n->o.name);
	node_program(n, "cup-intercept", &n->intercept_path, why);
	node_programs(n, &n->commands, n->stage_path, why);
	keepers_settings(n, &n->conf, &n->keeper.args, &n->upload.args,
	    &n->sealer.args, why);
	if (why->len)
		return false;
	umask(022);
	if (!settle_in(n, why, code) || !open_listeners(n, why, code))
		return false;
	umask(027);
	*code = EX_OSERR;
	if (!identity_take(&n->identity)) {
		buf_addf(why, "cannot become '%s': %s\n",
		    conf_get(&n->conf, "user"), strerror(errno));
		return false;
	}
	*code = EX_IOERR;
	if (!open_folder(n, why) || !put_files(n, why))
		return false;
	save_policy(n);
	return open_sockets(n, why) && metrics_open(n, why, code);
}
