/* SPDX-License-Identifier: ISC */
/* Looking around a node: its files and folders, for the user it runs as. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/trusted.h"
#include "io/tls.h"
#include "node/audit.h"
#include "node/identity.h"
#include "node/prunes.h"
#include "node/reviews.h"
#include "node/sealing.h"
#include "node/uploads.h"

enum { DAY = 86400, SOON = 14 };

static const char *who(const struct conf *c)
{
	const char *user = conf_get(c, "user");

	return user ? user : "this user";
}

/* Whether a file is there and the node can read it; else a finding. */
static bool readable(struct audit *s, const struct conf *c,
    const struct identity *id, const char *key, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		audit_add(s, FINDING_WRONG, "%s %s: %s", key, path,
		    strerror(errno));
	else if (!S_ISREG(st.st_mode))
		audit_add(s, FINDING_WRONG, "%s %s: is not a file", key,
		    path);
	else if (!identity_can(id, path, R_OK))
		audit_add(s, FINDING_WRONG, "%s %s: %s cannot read it", key,
		    path, who(c));
	else
		return true;
	return false;
}

static void secret(struct audit *s, const struct conf *c,
    const struct identity *id)
{
	const char *path = conf_get(c, "return-secret"), *why = NULL;
	struct stat st;

	if (!path || !readable(s, c, id, "return-secret", path))
		return;
	if (stat(path, &st) == 0)
		why = trusted_state(&st, id->uid, true);
	if (why)
		audit_add(s, FINDING_WRONG, "return-secret %s: %s", path, why);
}

/* Where the node makes things: the path itself, or the folder that it is
 * going to be in. */
static void writable(struct audit *s, const struct conf *c,
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
		audit_add(s, FINDING_WRONG, "%s %s: %s: %s", key, path, dir,
		    strerror(errno));
	else if (!identity_can(id, dir,
		     S_ISDIR(st.st_mode) ? W_OK | X_OK : W_OK))
		audit_add(s, FINDING_WRONG, "%s %s: %s cannot write to %s",
		    key, path, who(c), dir);
	else
		audit_add(s, FINDING_GOOD, "%s %s", key, path);
	free(dir);
}

static void covers(struct audit *s, const struct conf *c,
    const struct tls_context *t)
{
	const char *domain;

	for (size_t n = 0; (domain = conf_nth(c, "domain", n, NULL)); n++) {
		if (!tls_context_covers(t, domain))
			audit_add(s, FINDING_WRONG, "certificate: none is "
			    "for %s", domain);
	}
}

static void expires(struct audit *s, const struct tls_context *t)
{
	long days = (long)((tls_context_expires(t) - time(NULL)) / DAY);

	if (days < 0)
		audit_add(s, FINDING_WRONG, "certificate: expired %ld days "
		    "ago", -days);
	else if (days < SOON)
		audit_add(s, FINDING_NOTE, "certificate: expires in %ld "
		    "days", days);
	else
		audit_add(s, FINDING_GOOD, "certificate: expires in %ld "
		    "days", days);
}

/* It works with most, but not with all. */
static void strict(struct audit *s, const char *setting, const char *path,
    const char *ca)
{
	struct buf why = BUF_EMPTY;

	if (path && !tls_strict(path, ca, &why))
		audit_add(s, FINDING_NOTE, "%s %s: %s: strict verifiers "
		    "refuse it", setting, path, buf_str(&why));
	buf_release(&why);
}

static void certificates(struct audit *s, const struct conf *c,
    const struct identity *id)
{
	size_t n = conf_count(c, "certificate");
	const char **files = mem_zalloc((2 * n + 1) * sizeof(*files));
	struct tls_config config = {.server = true, .certificates = files,
	    .keys = files + n, .count = n, .owner = &id->uid};
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
			audit_add(s, FINDING_WRONG, "%s", buf_str(&why));
	}
	if (t) {
		expires(s, t);
		covers(s, c, t);
	}
	for (size_t i = 0; t && i < n; i++)
		strict(s, "certificate", files[i], NULL);
	tls_context_free(t);
	buf_release(&why);
	free(files);
}

static void authorities(struct audit *s, const struct conf *c,
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
		audit_add(s, FINDING_WRONG, "%s", buf_str(&why));
	tls_context_free(t);
	buf_release(&why);
}

/* As long as one has a mistake nothing is pruned. */
static void holds(struct audit *s, const struct conf *c,
    const struct identity *id)
{
	struct buf mistakes = BUF_EMPTY;
	const char *path;

	for (size_t n = 0; (path = conf_nth(c, "hold-file", n, NULL)); n++) {
		if (!readable(s, c, id, "hold-file", path))
			continue;
		buf_reset(&mistakes);
		prunes_holds(path, &mistakes);
		if (mistakes.len)
			audit_add(s, FINDING_WRONG, "hold-file %.*s",
			    (int)strcspn(buf_str(&mistakes), "\n"),
			    buf_str(&mistakes));
		else
			audit_add(s, FINDING_GOOD, "hold-file %s", path);
	}
	buf_release(&mistakes);
}

void audit_files(struct audit *s, const struct conf *c)
{
	const char *policy, *why;
	struct identity id;

	why = identity_of(&id, c);
	if (why)
		audit_add(s, FINDING_NOTE, "user %s: %s: files are looked at "
		    "as %s", who(c), why, "this user");
	if (geteuid() == 0 && !conf_get(c, "user"))
		audit_add(s, FINDING_NOTE, "user: not set, the node runs as "
		    "root");
	for (size_t n = 0; (policy = conf_nth(c, "policy", n, NULL)); n++)
		readable(s, c, &id, "policy", policy);
	for (size_t n = 0; (policy = conf_nth(c, "shadow", n, NULL)); n++)
		readable(s, c, &id, "shadow", policy);
	certificates(s, c, &id);
	authorities(s, c, &id);
	strict(s, "compliance-certificate",
	    conf_get(c, "compliance-certificate"),
	    conf_get(c, "compliance-ca"));
	secret(s, c, &id);
	writable(s, c, &id, "journal");
	writable(s, c, &id, "refused");
	writable(s, c, &id, "shadow-journal");
	writable(s, c, &id, "heads");
	holds(s, c, &id);
	if (reviews_kept(c))
		writable(s, c, &id, "review");
	if (sealing_wanted(c))
		readable(s, c, &id, "seal-key", conf_get(c, "seal-key"));
	if (uploads_wanted(c)) {
		writable(s, c, &id, "upload-store");
		if (!conf_is(c, "compliance", "none"))
			writable(s, c, &id, "upload-journal");
		if (strncmp(conf_get(c, "upload-listen"), "tls:", 4) == 0) {
			readable(s, c, &id, "upload-certificate",
			    conf_get(c, "upload-certificate"));
			readable(s, c, &id, "upload-private-key",
			    conf_get(c, "upload-private-key"));
		}
	}
}
