/* SPDX-License-Identifier: ISC */
/* Looking around a node: its files and folders, for the user it runs as. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "identity.h"
#include "mem.h"
#include "survey.h"
#include "tls.h"

enum { DAY = 86400, SOON = 14 };

static const char *who(const struct conf *c)
{
	const char *user = conf_get(c, "user");

	return user ? user : "this user";
}

/* Whether a file is there and the node can read it; else a finding. */
static bool readable(struct survey *s, const struct conf *c,
    const struct identity *id, const char *key, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		survey_add(s, FINDING_WRONG, "%s %s: %s", key, path,
		    strerror(errno));
	else if (!S_ISREG(st.st_mode))
		survey_add(s, FINDING_WRONG, "%s %s: is not a file", key,
		    path);
	else if (!identity_can(id, path, R_OK))
		survey_add(s, FINDING_WRONG, "%s %s: %s cannot read it", key,
		    path, who(c));
	else
		return true;
	return false;
}

static void secret(struct survey *s, const struct conf *c,
    const struct identity *id)
{
	const char *path = conf_get(c, "return-secret");
	struct stat st;

	if (!path || !readable(s, c, id, "return-secret", path))
		return;
	if (stat(path, &st) == 0 && (st.st_mode & 077))
		survey_add(s, FINDING_WRONG, "return-secret %s: others than "
		    "its owner may read or write it", path);
}

/* Where the node makes things: the path itself, or the folder that it is
 * going to be in. */
static void writable(struct survey *s, const struct conf *c,
    const struct identity *id, const char *key)
{
	const char *path = conf_get(c, key);
	struct stat st;
	char *dir, *slash;

	if (!path)
		return;
	dir = mem_strdup(path);
	if (stat(path, &st) != 0) {
		slash = strrchr(dir, '/');
		while (slash > dir && !slash[1]) {
			*slash = '\0';
			slash = strrchr(dir, '/');
		}
		slash[slash == dir] = '\0';
	}
	if (stat(dir, &st) != 0)
		survey_add(s, FINDING_WRONG, "%s %s: %s: %s", key, path, dir,
		    strerror(errno));
	else if (!identity_can(id, dir,
		     S_ISDIR(st.st_mode) ? W_OK | X_OK : W_OK))
		survey_add(s, FINDING_WRONG, "%s %s: %s cannot write to %s",
		    key, path, who(c), dir);
	else
		survey_add(s, FINDING_GOOD, "%s %s", key, path);
	free(dir);
}

static void covers(struct survey *s, const struct conf *c,
    const struct tls_context *t)
{
	const char *domain;

	for (size_t n = 0; (domain = conf_nth(c, "domain", n, NULL)); n++) {
		if (!tls_context_covers(t, domain))
			survey_add(s, FINDING_WRONG, "certificate: none is "
			    "for %s", domain);
	}
}

static void expires(struct survey *s, const struct tls_context *t)
{
	long days = (long)((tls_context_expires(t) - time(NULL)) / DAY);

	if (days < 0)
		survey_add(s, FINDING_WRONG, "certificate: expired %ld days "
		    "ago", -days);
	else if (days < SOON)
		survey_add(s, FINDING_NOTE, "certificate: expires in %ld "
		    "days", days);
	else
		survey_add(s, FINDING_GOOD, "certificate: expires in %ld "
		    "days", days);
}

static void certificates(struct survey *s, const struct conf *c,
    const struct identity *id)
{
	size_t n = conf_count(c, "certificate");
	const char **files = mem_zalloc((2 * n + 1) * sizeof(*files));
	struct tls_config config = {.server = true, .certificates = files,
	    .keys = files + n, .count = n};
	struct tls_context *t = NULL;
	struct buf why = BUF_EMPTY;
	bool all = n > 0;

	for (size_t i = 0; i < n; i++) {
		files[i] = conf_nth(c, "certificate", i, NULL);
		files[n + i] = conf_nth(c, "private-key", i, NULL);
		all = readable(s, c, id, "certificate", files[i]) && all;
		all = readable(s, c, id, "private-key", files[n + i]) && all;
	}
	if (all) {
		t = tls_context_new(&config, &why);
		if (!t)
			survey_add(s, FINDING_WRONG, "%s", buf_str(&why));
	}
	if (t) {
		expires(s, t);
		covers(s, c, t);
	}
	tls_context_free(t);
	buf_release(&why);
	free(files);
}

static void authorities(struct survey *s, const struct conf *c,
    const struct identity *id)
{
	const char *path = conf_get(c, "server-ca");
	struct tls_config config = {.ca = path};
	struct buf why = BUF_EMPTY;
	struct tls_context *t;

	if (!path || !readable(s, c, id, "server-ca", path))
		return;
	t = tls_context_new(&config, &why);
	if (!t)
		survey_add(s, FINDING_WRONG, "%s", buf_str(&why));
	tls_context_free(t);
	buf_release(&why);
}

void survey_files(struct survey *s, const struct conf *c)
{
	const char *policy, *why;
	struct identity id;

	why = identity_of(&id, c);
	if (why)
		survey_add(s, FINDING_NOTE, "user %s: %s: files are looked at "
		    "as %s", who(c), why, "this user");
	if (geteuid() == 0 && !conf_get(c, "user"))
		survey_add(s, FINDING_NOTE, "user: not set, the node runs as "
		    "root");
	for (size_t n = 0; (policy = conf_nth(c, "policy", n, NULL)); n++)
		readable(s, c, &id, "policy", policy);
	certificates(s, c, &id);
	authorities(s, c, &id);
	secret(s, c, &id);
	writable(s, c, &id, "journal");
	writable(s, c, &id, "refused");
	writable(s, c, &id, "heads");
}
