/* SPDX-License-Identifier: ISC */
/* A connection in an event loop: the PROXY header and the first byte. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "io/link-internal.h"

enum { TLS_FIRST_BYTE = 0x16 };

static void sniffed(struct link *l, enum link_step step)
{
	buf_release(&l->stash);
	l->phase = LINK_PHASE_OPEN;
	link_step(l, step);
}

static ssize_t peek(struct link *l, char *p, size_t n)
{
	ssize_t rc;

	do
		rc = recv(l->fd, p, n, MSG_PEEK);
	while (rc < 0 && errno == EINTR);
	if (rc == 0)
		link_fail(l, "closed before anything came");
	else if (rc < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
		link_fail(l, strerror(errno));
	return rc;
}

/* Read the PROXY header and not a byte more. True once it is whole. */
static bool sniff_proxy(struct link *l)
{
	struct proxyproto pp;
	const char *why = NULL;
	size_t had = l->stash.len, take;
	char *p = buf_room(&l->stash, PROXYPROTO_V2_MAX);
	ssize_t n = peek(l, p, PROXYPROTO_V2_MAX - had);
	enum proxyproto_found found;

	if (n <= 0)
		return false;
	found = proxyproto_read(&pp, l->stash.data, had + (size_t)n, &why);
	if (found == PROXYPROTO_BAD) {
		link_fail(l, why);
		return false;
	}
	/* As long as it is not whole, all that came belongs to it. */
	take = found == PROXYPROTO_WHOLE ? pp.len - had : (size_t)n;
	if (recv(l->fd, p, take, 0) != (ssize_t)take) {
		link_fail(l, "cannot read the PROXY header");
		return false;
	}
	l->stash.len += take;
	if (found == PROXYPROTO_MORE)
		return false;
	l->expects_proxy = LINK_PROXY_NONE;
	if (endpoint_family(&pp.source) != AF_UNSPEC) {
		l->proxy = mem_alloc(sizeof(*l->proxy));
		*l->proxy = pp;
		l->peer = pp.source;
	}
	return true;
}

void link_peek(struct link *l)
{
	char c;

	if (l->expects_proxy == LINK_PROXY_MAY) {
		if (peek(l, &c, 1) != 1)
			return;
		l->expects_proxy = c == 'P' || c == '\r' ? LINK_PROXY_MUST
							 : LINK_PROXY_NONE;
	}
	if (l->expects_proxy && !sniff_proxy(l))
		return;
	if (peek(l, &c, 1) == 1)
		sniffed(l, c == TLS_FIRST_BYTE ? LINK_SNIFFED_TLS :
		    LINK_SNIFFED_PLAIN);
}

void link_sniff(struct link *l, enum link_proxy proxy)
{
	l->phase = LINK_PHASE_SNIFFING;
	l->expects_proxy = proxy;
	link_update(l);
}
