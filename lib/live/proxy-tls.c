/* SPDX-License-Identifier: ISC */
/* The proxy's TLS contexts. */
#include "live/proxy-tls.h"

#include <time.h>

#include "io/tls.h"
#include "live/internal.h"

enum { EXPIRY_DAYS = 14 }; /* a certificate's end is said before it comes */

static void tls_config(const struct proxy *p, struct tls_config *c,
    const char *alpn)
{
	*c = (struct tls_config){.server = true,
	    .certificates = p->o.certificate,
	    .keys = p->o.key,
	    .count = p->o.certificates,
	    .alpn = alpn};
}

static bool serves_web(const struct proxy *p)
{
	for (size_t i = 0; i < p->o.listens; i++) {
		if (p->o.listen[i].web)
			return true;
	}
	return false;
}

static void say_expiry(struct proxy *p)
{
	time_t end = p->tls ? tls_context_expires(p->tls) : 0, now = time(NULL);

	if (end && end < now)
		p->o.say("a certificate has expired");
	else if (end && end < now + EXPIRY_DAYS * 86400)
		p->o.say("a certificate expires in %ld days",
		    (long)((end - now) / 86400));
}

bool proxy_tls_open(struct proxy *p, struct buf *why)
{
	struct tls_config c;

	if (p->o.certificates && p->o.tls != PROXY_TLS_NONE) {
		tls_config(p, &c, "xmpp-client");
		p->tls = tls_context_new(&c, why);
		if (!p->tls)
			return false;
		tls_config(p, &c, "http/1.1");
		if (serves_web(p))
			p->web_tls = tls_context_new(&c, why);
		if (serves_web(p) && !p->web_tls)
			return false;
		say_expiry(p);
	}
	if (p->o.server->tls) {
		c = (struct tls_config){.ca = p->o.server_ca,
		    .alpn = "xmpp-client"};
		p->server_tls = tls_context_new(&c, why);
		if (!p->server_tls)
			return false;
	}
	if (p->o.pipeline.address && p->o.pipeline.address->tls) {
		c = (struct tls_config){.ca = p->o.pipeline_ca,
		    .certificates = &p->o.pipeline_certificate,
		    .keys = &p->o.pipeline_key,
		    .count = p->o.pipeline_certificate ? 1 : 0};
		p->pipeline_tls = tls_context_new(&c, why);
		if (!p->pipeline_tls)
			return false;
	}
	return true;
}

void proxy_tls_close(struct proxy *p)
{
	tls_context_free(p->tls);
	tls_context_free(p->web_tls);
	tls_context_free(p->server_tls);
	tls_context_free(p->pipeline_tls);
}

void proxy_tls_reload(struct proxy *p)
{
	struct buf why = BUF_EMPTY;
	struct tls_config c;

	tls_config(p, &c, "xmpp-client");
	if (p->tls && tls_context_reload(&p->tls, &c, &why))
		p->o.say("the certificates were read again");
	else if (p->tls)
		p->o.say("the certificates stay as they were: %s",
		    buf_str(&why));
	/* Of the same files: what is wrong with them was said. */
	tls_config(p, &c, "http/1.1");
	if (p->web_tls)
		tls_context_reload(&p->web_tls, &c, &why);
	say_expiry(p);
	buf_release(&why);
}
