/* SPDX-License-Identifier: ISC */
/* What a node's settings make of files. */
#include "node/uploads.h"

#include <string.h>

#include "node/chain.h"

bool uploads_wanted(const struct conf *c)
{
	return conf_get(c, "upload-listen") != NULL;
}

static bool given(const struct conf *c, const char *key)
{
	unsigned line;

	conf_nth(c, key, 0, &line);
	return line > 0;
}

/* All of them, or none. */
static void together(const struct conf *c, struct buf *m)
{
	static const char *const keys[] = {"upload-listen", "upload-server",
	    "upload-store", "upload-url"};
	static const char *const rest[] = {"upload-journal",
	    "upload-certificate", "upload-private-key", "file-size-max",
	    "upload-server-ca"};

	for (size_t i = 1; i < 4; i++) {
		if (uploads_wanted(c) && !conf_get(c, keys[i]))
			conf_mistake(c, m, keys[i], 0,
			    "is needed where upload-listen is");
		else if (!uploads_wanted(c) && given(c, keys[i]))
			conf_mistake(c, m, keys[i], 0,
			    "it needs an upload-listen");
	}
	for (size_t i = 0; i < sizeof(rest) / sizeof(*rest); i++) {
		if (!uploads_wanted(c) && given(c, rest[i]))
			conf_mistake(c, m, rest[i], 0,
			    "it needs an upload-listen");
	}
}

/* "http[s]://HOST:PORT" and no more. */
static void server(const struct conf *c, struct buf *m)
{
	const char *url = conf_get(c, "upload-server");
	const char *path = url ? strchr(strstr(url, "://") + 3, '/') : NULL;

	if (path && path[1])
		conf_mistake(c, m, "upload-server", 0,
		    "'%s' has a path: files keep theirs", url);
	if (url && given(c, "upload-server-ca") &&
	    strncmp(url, "https:", 6) != 0)
		conf_mistake(c, m, "upload-server-ca", 0,
		    "'%s' is no https: one", url);
}

static void encryption(const struct conf *c, struct buf *m)
{
	const char *listen = conf_get(c, "upload-listen");

	if (given(c, "upload-certificate") != given(c, "upload-private-key"))
		conf_mistake(c, m, "upload-certificate", 0,
		    "upload-certificate and upload-private-key go together");
	if (listen && strncmp(listen, "tls:", 4) != 0 &&
	    strncmp(listen, "tcp:", 4) != 0)
		conf_mistake(c, m, "upload-listen", 0,
		    "'%s' is neither tcp: nor tls:", listen);
	if (listen && strncmp(listen, "tls:", 4) == 0 &&
	    !conf_get(c, "upload-certificate"))
		conf_mistake(c, m, "upload-listen", 0,
		    "'%s' needs an upload-certificate", listen);
}

/* What judges files is asked on another connection than what judges stanzas. A
 * server that keeps one for each node would end one of them for the other. */
static void judges(const struct conf *c, struct buf *m)
{
	struct chain chain;

	chain_read(&chain, c);
	for (size_t i = 0; i < chain.links; i++) {
		for (size_t k = 0; k < chain.link[i].urls; k++) {
			const char *url = chain.link[i].url[k];

			if (strncmp(url, "http", 4) == 0)
				continue;
			conf_mistake(c, m, "upload-listen", 0,
			    "the compliance server '%s' has one connection "
			    "for a node: files need one that is asked by http",
			    url);
			return;
		}
	}
}

void uploads_sense(const struct conf *c, struct buf *m)
{
	together(c, m);
	if (!uploads_wanted(c))
		return;
	server(c, m);
	encryption(c, m);
	judges(c, m);
}
