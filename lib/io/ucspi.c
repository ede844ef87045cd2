/* SPDX-License-Identifier: ISC */
/* What a command is told about its connection. */
#include "io/ucspi.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/label.h"
#include "base/mem.h"
#include "io/endpoint.h"

/* Names, or with a star their beginnings, that never go on from the parent. */
static const char *const stale[] = {"PROTO", "TCPLOCAL*", "TCPREMOTE*",
    "UNIXLOCAL*", "UNIXREMOTE*", "SSL_*", "SSLLOCAL*", "SSLREMOTE*",
    "IPCLOCAL*", "IPCREMOTE*", "REMOTE_ADDR", "REMOTE_PORT", "REMOTEHOST",
    "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID",
    "NOTIFY_SOCKET", "MAINPID", "WATCHDOG_*"};

static bool is_stale(const char *entry)
{
	for (size_t i = 0; i < sizeof(stale) / sizeof(*stale); i++) {
		size_t len = strcspn(stale[i], "*");

		if (strncmp(entry, stale[i], len) == 0 &&
		    (stale[i][len] == '*' || entry[len] == '='))
			return true;
	}
	return false;
}

struct list {
	char **entries;
	size_t count;
};

static void add(struct list *l, char *entry)
{
	l->entries = mem_resize(l->entries, l->count + 2, sizeof(char *));
	l->entries[l->count++] = entry;
	l->entries[l->count] = NULL;
}

static void set(struct list *l, const char *name, const char *value)
{
	struct buf b = BUF_EMPTY;

	buf_addf(&b, "%s=%s", name, value);
	add(l, buf_detach(&b));
}

static void set_number(struct list *l, const char *name, unsigned long n)
{
	struct buf b = BUF_EMPTY;

	buf_addf(&b, "%s=%lu", name, n);
	add(l, buf_detach(&b));
}

static void add_ip(struct list *l, const char *ip_name, const char *port_name,
    const struct endpoint *e)
{
	char ip[ENDPOINT_IP];

	endpoint_ip(e, ip);
	set(l, ip_name, ip);
	set_number(l, port_name, endpoint_port(e));
}

static void add_unix(struct list *l, int fd, const struct endpoint *own)
{
	char text[ENDPOINT_TEXT];
	struct endpoint_user user;

	set(l, "PROTO", "UNIX");
	endpoint_text(own, text);
	if (strncmp(text, "unix:", 5) == 0)
		set(l, "UNIXLOCALPATH", text + 5);
	if (!endpoint_user(fd, &user))
		return;
	set_number(l, "UNIXREMOTEPID", (unsigned long)user.pid);
	set_number(l, "UNIXREMOTEEUID", user.uid);
	set_number(l, "UNIXREMOTEEGID", user.gid);
}

/* A host's name, as far as a file's name can be made of it. */
static bool host_like(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz"
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");

	return n && n <= 255 && !s[n] && s[0] != '.' && s[0] != '-' &&
	    !strstr(s, "..");
}

/* What a peer says of itself ends up in commands and paths. */
static void add_tls(struct list *l, const struct tls *tls)
{
	struct buf b = BUF_EMPTY;

	set(l, "SSL_PROTOCOL", tls_version(tls));
	set(l, "SSL_CIPHER", tls_cipher(tls));
	if (tls_asked_name(tls) && host_like(tls_asked_name(tls)))
		set(l, "SSL_TLS_SNI", tls_asked_name(tls));
	if (tls_peer_subject(tls, &b))
		set(l, "SSL_CLIENT_S_DN", buf_str(&b));
	buf_reset(&b);
	if (tls_peer_name(tls, &b) && label_valid(buf_span(&b)))
		set(l, "SSL_CLIENT_CN", buf_str(&b));
	buf_release(&b);
}

char **ucspi_environment(char *const *parent, int fd, const struct tls *tls)
{
	struct endpoint own = endpoint_of_socket(fd), peer;
	struct list l = {NULL, 0};

	for (; parent && *parent; parent++) {
		if (!is_stale(*parent))
			add(&l, mem_strdup(*parent));
	}
	peer = endpoint_of_peer(fd);
	if (endpoint_family(&own) == AF_UNIX) {
		add_unix(&l, fd, &own);
	} else {
		set(&l, "PROTO", tls ? "SSL" : "TCP");
		add_ip(&l, "TCPLOCALIP", "TCPLOCALPORT", &own);
		add_ip(&l, "TCPREMOTEIP", "TCPREMOTEPORT", &peer);
	}
	if (tls)
		add_tls(&l, tls);
	return l.entries;
}

void ucspi_free(char **entries)
{
	for (char **e = entries; e && *e; e++)
		free(*e);
	free(entries);
}
