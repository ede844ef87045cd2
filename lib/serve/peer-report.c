/* SPDX-License-Identifier: ISC */
/* Who a connection's peer is, through a pipe, which takes each whole. */
#include "serve/peer-report.h"

#include <string.h>
#include <unistd.h>

bool peer_report_write(int pipe, const struct tls *tls)
{
	struct peer_report i;
	struct buf name = BUF_EMPTY;

	memset(&i, 0, sizeof(i));
	i.pid = getpid();
	if (tls_peer_subject(tls, &name) && name.len < sizeof(i.name))
		memcpy(i.name, name.data, name.len);
	buf_release(&name);
	return write(pipe, &i, sizeof(i)) == sizeof(i);
}

bool peer_report_read(int pipe, struct peer_report *i)
{
	return read(pipe, i, sizeof(*i)) == sizeof(*i);
}
