/* SPDX-License-Identifier: ISC */
/* The proxy's TLS contexts. */
#include "live/proxy-tls.h"

#include <time.h>

#include "io/tls.h"
#include "live/internal.h"

enum { EXPIRY_DAYS = 14 }; /* a certificate's end is said before it comes */

static void tls_config(const struct proxy *p, struct tls_config *c)
{
	*c = (struct tls_config){.server = true,
	    .certificates = p->o.certificate,
	    .keys = p->o.key,
	    .count = p->o.certificates,
	    .alpn = "xmpp-client"};
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
		tls_config(p, &c);
		p->tls = tls_context_new(&c, why);
		if (!p->tls)
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
	tls_context_free(p->server_tls);
	tls_context_free(p->pipeline_tls);
}

void proxy_tls_reload(struct proxy *p)
{
	struct buf why = BUF_EMPTY;
	struct tls_config c;

	tls_config(p, &c);
	if (p->tls && tls_context_reload(&p->tls, &c, &why))
		p->o.say("the certificates were read again");
	else if (p->tls)
		p->o.say("the certificates stay as they were: %s",
		    buf_str(&why));
	say_expiry(p);
	buf_release(&why);
}
