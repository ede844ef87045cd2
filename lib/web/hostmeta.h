/* SPDX-License-Identifier: ISC */
/* Where clients find the WebSocket (XEP-0156, RFC 6415): two documents. */
#ifndef WEB_HOSTMETA_H
#define WEB_HOSTMETA_H

#include <stdbool.h>

#include "base/buf.h"
#include "web/answer.h"

/* Whether it is the path of one of them. */
bool hostmeta_is(struct span path);

/* Append the answer to such a request, which must have a host unless the site
 * has a URL. */
void hostmeta_answer(struct buf *, const struct request *,
    const struct web_site *, bool secure);

#endif
