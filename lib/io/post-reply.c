/* SPDX-License-Identifier: ISC */
/* What the reply to an HTTP request says in its headers. */
#include <string.h>
#include <strings.h>

#include "io/post.h"

struct span post_header(const struct post_reply *r, const char *name)
{
	struct span none = {NULL, 0}, rest = buf_span(r->headers);
	size_t len = strlen(name);

	while (rest.n) {
		const char *lf = memchr(rest.p, '\n', rest.n);
		size_t n = lf ? (size_t)(lf - rest.p) : rest.n;
		const char *p = rest.p + len + 1, *end = rest.p + n;

		if (n > len && rest.p[len] == ':' &&
		    strncasecmp(rest.p, name, len) == 0) {
			while (p < end && (*p == ' ' || *p == '\t'))
				p++;
			while (end > p && (end[-1] == ' ' || end[-1] == '\r' ||
			    end[-1] == '\t'))
				end--;
			return (struct span){p, (size_t)(end - p)};
		}
		n += lf != NULL;
		rest = (struct span){rest.p + n, rest.n - n};
	}
	return none;
}
