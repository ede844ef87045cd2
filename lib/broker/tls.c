/* SPDX-License-Identifier: ISC */
/* What a broker shows to compliance servers, and whom it believes them by. */
#include "broker/internal.h"

#include "io/post.h"

/* The files are looked at in any case, so that a mistake shows at once. */
static bool needs_tls(const struct broker *b)
{
	bool tls = b->config.tls.count || b->config.tls.ca;

	for (size_t i = 0; i < b->judges; i++)
		tls = tls || b->judge[i].address.tls;
	return tls;
}

bool broker_secure(struct broker *b, struct buf *why)
{
	if (!needs_tls(b))
		return true;
	b->common.tls = tls_context_new(&b->config.tls, why);
	return b->common.tls != NULL;
}

void broker_secure_again(void *arg)
{
	struct broker *b = arg;
	struct buf why = BUF_EMPTY;

	if (!b->common.tls)
		return;
	/* A connection that is up keeps what it began with. */
	if (tls_context_reload(&b->common.tls, &b->config.tls, &why))
		b->config.say("certificates were read again");
	else
		b->config.say("%s; going on with what was there",
		    buf_str(&why));
	if (b->common.posts)
		posts_secure(b->common.posts, b->common.tls);
	buf_release(&why);
}
