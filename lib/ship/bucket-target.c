/* SPDX-License-Identifier: ISC */
/* Where a bucket is, and whose. */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/trusted.h"
#include "base/whole.h"
#include "ship/bucket-internal.h"

enum { PREFIX_MAX = 512, CREDENTIALS_MAX = 65536 };

#define LOWER "abcdefghijklmnopqrstuvwxyz0123456789"
#define PLAIN LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const char *region_of(const struct bucket_config *c)
{
	return c->region ? c->region : "us-east-1";
}

static bool is_bucket(const char *p, size_t n)
{
	return n >= 3 && n <= 63 && strspn(p, LOWER ".-") >= n &&
	    p[0] != '.' && p[0] != '-';
}

/* No name needs to be encoded, which signatures of different libraries do
 * differently. */
static bool is_prefix(const char *p)
{
	if (strlen(p) > PREFIX_MAX || p[strspn(p, PLAIN "-._~/")])
		return false;
	for (;;) {
		size_t n = strcspn(p, "/");

		if (n == 0 || strncmp(p, "..", n) == 0)
			return false;
		if (!p[n])
			return true;
		p += n + 1;
	}
}

static const char *check_path(const char *path)
{
	size_t n = strcspn(path, "/");

	if (!is_bucket(path, n))
		return "there is no such name of a bucket";
	if (path[n] && !is_prefix(path + n + 1))
		return "a prefix has letters, digits, '-', '.', '_', '~', and "
		       "single '/' between";
	return NULL;
}

const char *bucket_check(const struct bucket_config *c)
{
	const char *region = region_of(c), *host;
	size_t n;

	if (!*region || strlen(region) > 64 ||
	    region[strspn(region, LOWER "-")])
		return "there is no such name of a region";
	if (strncmp(c->target, "s3://", 5) == 0)
		return check_path(c->target + 5);
	if (strncmp(c->target, "https://", 8) != 0)
		return "it is neither https:// nor s3://";
	host = c->target + 8;
	n = strcspn(host, "/");
	if (memchr(host, '@', n))
		return "keys do not belong there";
	if (n == 0 || n > 300 || strspn(host, PLAIN ".-:[]") < n)
		return "there is no such name of a host";
	return host[n] ? check_path(host + n + 1) : "it names no bucket";
}

static struct span trim(struct span s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = (struct span){s.p + 1, s.n - 1};
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' ||
	    s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

/* "key = value". What is none of these is of no interest. */
static void take_line(struct bucket_target *t, struct span line)
{
	const char *is = memchr(line.p, '=', line.n);
	struct span key, value;
	struct buf *to;

	if (!is)
		return;
	key = trim((struct span){line.p, (size_t)(is - line.p)});
	value = trim((struct span){is + 1,
	    (size_t)(line.p + line.n - is - 1)});
	to = span_is(key, "aws_access_key_id") ? &t->id
	    : span_is(key, "aws_secret_access_key") ? &t->secret
	    : span_is(key, "aws_session_token")	    ? &t->token
						    : NULL;
	if (!to)
		return;
	buf_reset(to);
	buf_addspan(to, value);
}

/* The section [default], or what is before any. */
static void take_lines(struct bucket_target *t, struct span text)
{
	bool ours = true;

	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;
		struct span line = trim((struct span){text.p, n});

		if (line.n && line.p[0] == '[')
			ours = span_is(line, "[default]");
		else if (ours && line.n && line.p[0] != '#')
			take_line(t, line);
		n += end != NULL;
		text = (struct span){text.p + n, text.n - n};
	}
}

static bool read_credentials(struct bucket_target *t, const char *path,
    struct buf *why)
{
	struct buf text = BUF_EMPTY;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	const char *wrong = fd < 0 ? strerror(errno) : trusted_file(fd, true);

	if (!wrong && !whole_read(fd, CREDENTIALS_MAX, &text))
		wrong = strerror(errno);
	if (!wrong)
		take_lines(t, buf_span(&text));
	else
		buf_addf(why, "cannot use '%s': %s", path, wrong);
	if (fd >= 0)
		close(fd);
	if (text.data)
		explicit_bzero(text.data, text.cap);
	buf_release(&text);
	return !wrong;
}

/* They go into headers. */
static bool plain(const struct buf *b)
{
	for (size_t i = 0; i < b->len; i++) {
		if (b->data[i] <= ' ' || b->data[i] > '~')
			return false;
	}
	return true;
}

bool bucket_target_init(struct bucket_target *t,
    const struct bucket_config *c, struct buf *why)
{
	*t = (struct bucket_target){.url = BUF_EMPTY};
	if (strncmp(c->target, "s3://", 5) == 0)
		buf_addf(&t->url, "https://s3.%s.amazonaws.com/%s/",
		    region_of(c), c->target + 5);
	else
		buf_addf(&t->url, "%s/", c->target);
	buf_addf(&t->region, "aws:amz:%s:s3", region_of(c));
	if (c->credentials) {
		if (!read_credentials(t, c->credentials, why))
			return false;
	} else {
		buf_adds(&t->id, c->id ? c->id : "");
		buf_adds(&t->secret, c->secret ? c->secret : "");
		buf_adds(&t->token, c->token ? c->token : "");
	}
	/* libcurl has them as strings. */
	buf_str(&t->region);
	buf_str(&t->id);
	buf_str(&t->secret);
	buf_str(&t->token);
	if (t->id.len && t->secret.len && plain(&t->id) &&
	    plain(&t->secret) && plain(&t->token))
		return true;
	buf_adds(why, c->credentials
		? "the file of credentials has no keys in [default]"
		: "neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY nor "
		  "--credentials say who brings it");
	return false;
}

void bucket_target_release(struct bucket_target *t)
{
	if (t->secret.data)
		explicit_bzero(t->secret.data, t->secret.cap);
	buf_release(&t->url);
	buf_release(&t->region);
	buf_release(&t->id);
	buf_release(&t->secret);
	buf_release(&t->token);
}
