/* SPDX-License-Identifier: ISC */
/* How a node's cup-intercept is started. */
#include "node/commands-internal.h"

#include <stdlib.h>

#include "base/buf.h"
#include "io/address.h"
#include "node/reviews.h"
#include "node/uploads.h"

/* What is released here comes from the node's own cup-review, else, as what
 * a compliance server releases, through the pipeline. */
static void add_reviews(struct args *a, const struct conf *c, const char *run,
    const char *node)
{
	char *key = reviews_key(c);

	if (!key)
		return;
	if (reviews_kept(c))
		commands_add_socket(a, "review", run, node);
	args_option(a, "review-key", key);
	args_option(a, "review-tell", conf_get(c, "review-tell"));
	free(key);
}

/* The socket that cup-node listens on, with what is spoken there. */
static void add_listener(struct args *a, const char *listen, size_t n)
{
	struct buf b = BUF_EMPTY;
	struct address addr;
	const char *why;

	if (!address_parse_listener(&addr, listen, &why))
		return;
	buf_addf(&b, "%s:listen%zu%s",
	    addr.web ? (addr.tls ? "wss-fd" : "ws-fd")
		     : (addr.tls ? "tls-fd" : "fd"),
	    n, addr.web_path ? addr.web_path : "");
	args_option(a, "listen", buf_str(&b));
	buf_release(&b);
	address_release(&addr);
}

void commands_intercept(struct args *a, const struct conf *c, const char *run,
    const char *node)
{
	const char *listen;

	args_release(a);
	args_add(a, "cup-intercept");
	args_option(a, "node", node);
	for (size_t n = 0; (listen = conf_nth(c, "listen", n, NULL)); n++)
		add_listener(a, listen, n);
	commands_add_socket(a, "pipeline", run, node);
	commands_add_socket(a, "status", run, node);
	commands_add_options(a, c, "cup-intercept");
	/* Without a limit of the node's own there is that of a record. */
	if (conf_is(c, "packet-size-limit", "no"))
		args_option(a, "max-size", "3M");
	add_reviews(a, c, run, node);
	if (uploads_wanted(c))
		commands_add_named(a, "upload", "slots", run, node);
}
