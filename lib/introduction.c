/* SPDX-License-Identifier: ISC */
/* Who a connection's peer is, through a pipe, which takes each whole. */
#include "introduction.h"

#include <string.h>
#include <unistd.h>

bool introduction_write(int pipe, const struct tls *tls)
{
	struct introduction i;
	struct buf name = BUF_EMPTY;

	memset(&i, 0, sizeof(i));
	i.pid = getpid();
	if (tls_peer_subject(tls, &name) && name.len < sizeof(i.name))
		memcpy(i.name, name.data, name.len);
	buf_release(&name);
	return write(pipe, &i, sizeof(i)) == sizeof(i);
}

bool introduction_read(int pipe, struct introduction *i)
{
	return read(pipe, i, sizeof(*i)) == sizeof(*i);
}
