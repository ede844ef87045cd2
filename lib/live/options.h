/* SPDX-License-Identifier: ISC */
/* The options of the live cup-intercept, by name: what cup-node passes and
 * cup.conf(5) calls the same. */
#ifndef LIVE_OPTIONS_H
#define LIVE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "live/proxy.h"

/* A row for --help. */
struct live_option {
	const char *name;
	const char *argument; /* NULL: it has none */
	const char *help;
};

extern const struct live_option live_options[];
extern const size_t live_option_count;

/* A list of strings, NULL at its end. */
struct words {
	char **word;
	size_t count;
};

struct live {
	struct proxy_options o;
	struct words listen, certificate, key, networks, command,
	    refused, origins;
	struct network *network;
	struct address *listens, server, pipeline, component, review,
	    status, upload;
	char *server_ca, *pipeline_ca, *pipeline_certificate, *pipeline_key;
	char *component_domain, *component_secret, *review_key,
	    *shell, *web_url;
	bool tls_set, unsafe;
};

void live_init(struct live *);
void live_release(struct live *);

/* Set the option of that row; value is copied. False with the reason appended
 * to why. */
bool live_set(struct live *, size_t row, const char *value, struct buf *why);

/* Whether it is live at all: something was set. */
bool live_wanted(const struct live *);

/* Put it together. argv (NULL at its end; NULL: none) is the command behind
 * "--". writer is the program that writes the refused journal. False with the
 * reason appended to why. */
bool live_finish(struct live *, const char *const *argv, const char *writer,
    struct buf *why);

#endif
