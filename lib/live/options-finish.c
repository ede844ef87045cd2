/* SPDX-License-Identifier: ISC */
/* The live options taken together: what they must have, and what they make. */
#include <stdlib.h>

#include "base/mem.h"
#include "live/options.h"
#include "web/answer.h"

bool live_wanted(const struct live *l)
{
	return l->listen.count || l->server.text || l->pipeline.text ||
	    l->shell;
}

static const char *conflict(const struct live *l, bool argv)
{
	int ways = (l->shell != NULL) + (l->pipeline.text != NULL) + argv;

	if (!l->listen.count)
		return "no '--listen' given";
	if (!l->server.text)
		return "no '--server' given";
	if (l->server.kind == ADDRESS_FD)
		return "option '--server': nobody listens at fd:";
	if (l->server_ca && !l->server.tls)
		return "option '--server-ca': the server is no tls: one";
	if (l->component.tls || l->component.kind == ADDRESS_FD)
		return "option '--return-component': only tcp: and unix: are "
		       "spoken there";
	if (ways == 0)
		return "no pipeline given: '--pipeline', '-c', or a command "
		       "behind '--'";
	if (ways > 1)
		return "more than one pipeline given";
	if (l->key.count && l->key.count != l->certificate.count)
		return "as many '--private-key' as '--certificate' are needed";
	if (l->o.tls != PROXY_TLS_NONE && !l->certificate.count)
		return "option '--tls': there is no '--certificate'";
	if (l->o.on_failure == PROXY_PASS && !l->unsafe)
		return "option '--on-failure pass' needs '--unsafe'";
	if ((l->component.text != NULL) != (l->component_domain != NULL) ||
	    (l->component.text != NULL) != (l->component_secret != NULL))
		return "'--return-component', '--return-domain' and "
		       "'--return-secret' go together";
	if (l->review.text && l->review.kind != ADDRESS_UNIX)
		return "option '--review': only unix: is spoken there";
	if (l->upload.text && l->upload.kind != ADDRESS_UNIX)
		return "option '--upload': only unix: is spoken there";
	if (l->review.text && !l->review_key)
		return "'--review' needs '--review-key'";
	if (l->review_key && !l->component.text)
		return "'--review-key' needs '--return-component'";
	return NULL;
}

/* Its TLS is that of a web proxy before it, which says who it is for. */
static bool lacks_tls(const struct live *l, const struct address *a)
{
	return a->web && !a->tls && l->o.tls == PROXY_TLS_REQUIRED &&
	    !l->networks.count;
}

static bool open_addresses(struct live *l, struct buf *why)
{
	l->listens = mem_zalloc(l->listen.count * sizeof(*l->listens));
	for (size_t i = 0; i < l->listen.count; i++) {
		const char *reason = "bad path of a WebSocket";

		if (!address_parse_listener(&l->listens[i], l->listen.word[i],
			&reason) || (l->listens[i].web_path &&
			!answer_path_valid(l->listens[i].web_path))) {
			buf_addf(why, "option '--listen': '%s': %s",
			    l->listen.word[i], reason);
			address_release(&l->listens[i]);
			return false;
		}
		l->o.listens++;
		if (lacks_tls(l, &l->listens[i])) {
			buf_addf(why, "option '--listen': '%s' needs a '--tls' "
			    "other than required, or the '--accept-proxy' of "
			    "who ends it", l->listen.word[i]);
			return false;
		}
		if (l->listens[i].tls && l->o.tls == PROXY_TLS_NONE) {
			buf_addf(why, "option '--listen': '%s' needs %s",
			    l->listen.word[i], l->certificate.count
				? "a '--tls' other than none"
				: "a '--certificate'");
			return false;
		}
	}
	return true;
}

static void add(struct words *w, const char *s)
{
	w->word = mem_resize(w->word, w->count + 2, sizeof(*w->word));
	w->word[w->count++] = mem_strdup(s);
	w->word[w->count] = NULL;
}

static void set_command(struct live *l, const char *const *argv)
{
	if (l->shell) {
		add(&l->command, "/bin/sh");
		add(&l->command, "-c");
		add(&l->command, l->shell);
	}
	for (size_t i = 0; argv && argv[i]; i++)
		add(&l->command, argv[i]);
}

static void set_options(struct live *l)
{
	struct proxy_options *o = &l->o;

	o->listen = l->listens;
	o->server = &l->server;
	if (l->pipeline.text)
		o->pipeline_address = &l->pipeline;
	o->pipeline.address = o->pipeline_address;
	if (l->command.count)
		o->pipeline.argv = (const char *const *)l->command.word;
	if (l->refused.count)
		o->refused = (const char *const *)l->refused.word;
	o->certificate = (const char *const *)l->certificate.word;
	o->certificates = l->certificate.count;
	o->key = (const char *const *)l->key.word;
	o->web_origin = (const char *const *)l->origins.word;
	o->web_origins = l->origins.count;
	o->web_url = l->web_url;
	o->server_ca = l->server_ca;
	o->pipeline_ca = l->pipeline_ca;
	o->pipeline_certificate = l->pipeline_certificate;
	o->pipeline_key = l->pipeline_key;
	o->accept_proxy = l->network;
	o->accept_proxies = l->networks.count;
	o->component = l->component.text ? &l->component : NULL;
	o->component_domain = l->component_domain;
	o->component_secret = l->component_secret;
	o->review = l->review.text ? &l->review : NULL;
	o->review_key = l->review_key;
	o->status = l->status.text ? &l->status : NULL;
	o->upload = l->upload.text ? &l->upload : NULL;
}

bool live_finish(struct live *l, const char *const *argv, const char *writer,
    struct buf *why)
{
	const char *bad = conflict(l, argv && argv[0]);

	if (bad) {
		buf_adds(why, bad);
		return false;
	}
	if (!l->tls_set && l->certificate.count)
		l->o.tls = PROXY_TLS_REQUIRED;
	if (l->refused.count) {
		free(l->refused.word[0]);
		l->refused.word[0] = mem_strdup(writer);
	}
	set_command(l, argv);
	if (!open_addresses(l, why))
		return false;
	set_options(l);
	return true;
}
