/* SPDX-License-Identifier: ISC */
/* The settings of a node, as cup.conf(5) has them: one table. */
#ifndef NODE_SETTING_H
#define NODE_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct setting;

/* A kind of value. */
struct value_kind {
	const char *name; /* as cup-config --settings shows it */
	/* Whether value is one, by itself: NULL, or in a few words why not, a
	 * constant. */
	const char *(*check)(const struct setting *, const char *value);
};

extern const struct value_kind value_address, value_command, value_count,
    value_domain, value_duration, value_group, value_http_listener,
    value_label, value_listener, value_loopback, value_metrics, value_network,
    value_origin, value_path, value_retention, value_retention_for,
    value_reviewer, value_server, value_site, value_size,
    value_stream_servers, value_url, value_user, value_web_url, value_witness,
    value_word, value_words, value_yesno;

/* The URL of a value_server, and the name before it; n 0: it has none. */
const char *value_server_url(const char *value, struct span *name);

/* Take the next word off a value_reviewer: the user, then each JID; .n 0: there
 * is none. */
struct span value_reviewer_next(const char **rest);

/* What makes a change take effect. */
enum apply { APPLY_RELOAD, APPLY_RESTART };

/* What a setting is used for, beside having its value passed on. */
enum setting_flag {
	SETTING_LIST = 1 << 0,	 /* may be there several times */
	SETTING_NEEDED = 1 << 1, /* must be there */
};

struct setting {
	const char *key;
	const struct value_kind *kind;
	unsigned flags;
	enum apply apply;
	const char *initial; /* its default; NULL: none, or it depends */
	/* The program it is an option of, and that option; NULL where cup-node
	 * itself uses it. */
	const char *program, *option;
	/* For the kinds that have them: bounds, in bytes or milliseconds, and
	 * the words there are, each with a blank behind it. */
	uint64_t min, max;
	const char *words;
	const char *help; /* one line */
};

/* The table, in the order of cup.conf(5). */
extern const struct setting setting_table[];
extern const size_t setting_count;

/* The setting of that name, or NULL. */
const struct setting *setting_find(const char *key);

#endif
