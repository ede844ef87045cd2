/* SPDX-License-Identifier: ISC */
/* What a node's settings make of sealing its journal. */
#include "node/sealing.h"

bool sealing_wanted(const struct conf *c)
{
	return conf_get(c, "seal-key") && conf_get(c, "journal");
}

static bool given(const struct conf *c, const char *key)
{
	unsigned line;

	conf_nth(c, key, 0, &line);
	return line > 0;
}

void sealing_sense(const struct conf *c, struct buf *m)
{
	static const char *const rest[] = {"seal-interval", "seal-witness",
	    "seal-timestamp", "seal-renew", "seal-thin"};

	if (conf_get(c, "seal-key") && !conf_get(c, "journal"))
		conf_mistake(c, m, "seal-key", 0, "it needs a journal");
	for (size_t i = 0; i < sizeof(rest) / sizeof(*rest); i++) {
		if (!conf_get(c, "seal-key") && given(c, rest[i]))
			conf_mistake(c, m, rest[i], 0, "it needs a seal-key");
	}
}

bool sealing_command(struct args *a, const struct conf *c)
{
	const char *value;

	args_release(a);
	if (!sealing_wanted(c))
		return false;
	args_add(a, "cup-seal");
	args_option(a, "key", conf_get(c, "seal-key"));
	args_option(a, "every", conf_get(c, "seal-interval"));
	args_option(a, "renew", conf_get(c, "seal-renew"));
	args_option(a, "thin", conf_get(c, "seal-thin"));
	for (size_t n = 0; (value = conf_nth(c, "seal-witness", n, NULL)); n++)
		args_option(a, "witness", value);
	value = conf_get(c, "seal-timestamp");
	if (value)
		args_option(a, "timestamp", value);
	args_add(a, conf_get(c, "journal"));
	return true;
}
