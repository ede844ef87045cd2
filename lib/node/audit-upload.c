/* SPDX-License-Identifier: ISC */
/* Looking around a node: where its users' files go. */
#include <string.h>

#include "io/probe.h"
#include "io/sockets.h"
#include "node/audit.h"
#include "node/uploads.h"

enum { PATIENCE = 5000 }; /* milliseconds to connect in */

/* The server's HTTP as an address; NULL, or why it is none. */
static const char *server_address(const char *url, struct address *a)
{
	const char *host = strstr(url, "://") + 3, *why = NULL;
	size_t n = strcspn(host, "/");
	/* In brackets there are colons, too. */
	size_t name = host[0] == '[' ? strcspn(host, "]") : 0;
	bool tls = strncmp(url, "https:", 6) == 0;
	bool port = name < n && memchr(host + name, ':', n - name);
	struct buf text = BUF_EMPTY;

	buf_addf(&text, "tcp:%.*s%s", (int)n, host,
	    port ? "" : tls ? ":443" : ":80");
	address_parse(a, buf_str(&text), &why);
	buf_release(&text);
	return why;
}

static void answers(struct audit *s, const char *url, struct address *a)
{
	struct buf why = BUF_EMPTY;
	struct probe p;

	if (probe_connect(&p, a, PATIENCE, &why)) {
		audit_add(s, FINDING_GOOD, "upload-server %s: answers", url);
		probe_close(&p);
	} else {
		audit_add(s, FINDING_WRONG, "upload-server %s: %s", url,
		    buf_str(&why));
	}
	buf_release(&why);
}

/* Whether others can bring it their files themselves. */
static void reachable(struct audit *s, const struct address *a)
{
	struct sockets all = {NULL, 0};
	unsigned port = a->count ? endpoint_port(&a->ends[0]) : 0;
	char text[ENDPOINT_TEXT];

	sockets_read(&all, "/proc/net/tcp");
	sockets_read(&all, "/proc/net/tcp6");
	for (size_t i = 0; i < all.count; i++) {
		if (endpoint_port(&all.at[i]) != port ||
		    sockets_loopback(&all.at[i]))
			continue;
		endpoint_text(&all.at[i], text);
		audit_add(s, FINDING_OPEN, "%s: the server's HTTP can be "
		    "reached from other machines: files, past the node", text);
	}
	sockets_release(&all);
}

static void plain(struct audit *s, const struct conf *c)
{
	const char *listen = conf_get(c, "upload-listen");

	if (strncmp(listen, "tls:", 4) != 0 && !audit_is_local(listen))
		audit_add(s, FINDING_OPEN, "upload-listen %s: files come and "
		    "go in plain text", listen);
}

void audit_upload(struct audit *s, const struct conf *c)
{
	const char *url = conf_get(c, "upload-server"), *why;
	struct address a = {0};

	if (!uploads_wanted(c)) {
		audit_add(s, FINDING_NOTE, "upload-listen: not set, of files "
		    "by HTTP only the links are seen");
		return;
	}
	plain(s, c);
	why = server_address(url, &a);
	if (why) {
		audit_add(s, FINDING_WRONG, "upload-server %s: %s", url, why);
		return;
	}
	answers(s, url, &a);
	if (audit_is_local(a.text))
		reachable(s, &a);
	address_release(&a);
}
