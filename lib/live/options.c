/* SPDX-License-Identifier: ISC */
/* The live options, from text. */
#include "live/options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/quantity.h"
#include "base/trusted.h"
#include "web/answer.h"

enum { PASSWORD_MAX = 1024 };

const struct live_option live_options[] = {
    {"listen", "ADDRESS", "Be a proxy: clients connect here (repeatable)"},
    {"server", "ADDRESS", "The XMPP server's listener for clients"},
    {"pipeline", "ADDRESS", "Connect to a pipeline that listens there"},
    {"command", "CMD", "Run the pipeline with /bin/sh -c CMD"},
    {"certificate", "FILE", "Certificate chain for clients (repeatable)"},
    {"private-key", "FILE", "Its key, in the same order (repeatable)"},
    {"tls", "WORD", "required (with a certificate), optional or none"},
    {"server-ca", "FILE", "Authorities for the server's certificate"},
    {"pipeline-ca", "FILE", "Authorities for the pipeline's certificate"},
    {"pipeline-certificate", "FILE", "Own certificate for the pipeline"},
    {"pipeline-key", "FILE", "Its key"},
    {"send-proxy", "VERSION", "Tell the server who the client is: v1 or v2"},
    {"accept-proxy", "NETWORK", "Who tells us so (repeatable)"},
    {"hold-timeout", "TIME", "How long a stanza waits (default: 10s)"},
    {"on-failure", "WORD", "And then: bounce (default), hold or pass"},
    {"refusal-notice", "WORD", "Tell by error (default), message or both"},
    {"unsafe", NULL, "Allow --on-failure pass"},
    {"web-origin", "ORIGIN", "Whose pages may connect (default: same host)"},
    {"web-url", "URL", "Where clients are told that the WebSocket is"},
    {"login-timeout", "TIME", "Time to log in (default: 60s)"},
    {"max-clients", "N", "Connections at a time (default: 10000)"},
    {"max-per-peer", "N", "And from one address (default: 3/4 of these)"},
    {"held-max", "SIZE", "Bytes held in all (default: 64M)"},
    {"client-held-max", "SIZE", "Bytes held of a client (default: 1M)"},
    {"refused", "JOURNAL", "Journal of what was not as journaled"},
    {"return-component", "ADDRESS", "Component listener of the server"},
    {"return-domain", "DOMAIN", "The component's name"},
    {"return-secret", "FILE", "File with the component's secret"},
    {"review", "ADDRESS", "Who keeps what is held for review (unix:PATH)"},
    {"review-key", "FILE", "Key of the marks of what was released"},
    {"review-tell", "WORD", "Tell senders what was settled: yes (default), no"},
    {"status", "ADDRESS", "Tell there how it is going"},
    {"upload", "ADDRESS", "Tell cup-upload there of slots (unix:PATH)"},
};
const size_t live_option_count = sizeof(live_options) / sizeof(*live_options);

static void add(struct words *w, const char *s)
{
	w->word = mem_resize(w->word, w->count + 2, sizeof(*w->word));
	w->word[w->count++] = mem_strdup(s);
	w->word[w->count] = NULL;
}

static void release(struct words *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->word[i]);
	free(w->word);
}

static void set(char **to, const char *s)
{
	free(*to);
	*to = mem_strdup(s);
}

/* Each returns NULL, or why the value cannot be. */

static const char *set_address(struct address *a, const char *value)
{
	const char *why;

	address_release(a);
	*a = (struct address){0};
	return address_parse(a, value, &why) ? NULL : why;
}

static const char *set_network(struct live *l, const char *value)
{
	struct network n;

	if (!network_parse(&n, value))
		return "is no network";
	add(&l->networks, value);
	l->network =
	    mem_resize(l->network, l->networks.count, sizeof(*l->network));
	l->network[l->networks.count - 1] = n;
	return NULL;
}

static const char *set_web(struct live *l, const char *name,
    const char *value)
{
	bool origin = strcmp(name, "web-origin") == 0;

	if (!(origin ? answer_origin_valid(value) : answer_url_valid(value)))
		return origin ? "is no origin (https://HOST)"
			      : "is no ws:// or wss:// URL";
	if (origin)
		add(&l->origins, value);
	else
		set(&l->web_url, value);
	return NULL;
}

static const char *set_word(const char *value, const char *const *words,
    int *which)
{
	for (int i = 0; words[i]; i++) {
		if (strcmp(value, words[i]) == 0) {
			*which = i;
			return NULL;
		}
	}
	return "is none of its words";
}

static const char *set_time(uint64_t *ms, const char *value)
{
	if (!quantity_duration(value, ms))
		return "is no span of time";
	return *ms < 100 || *ms > 86400000 ? "is out of range" : NULL;
}

static const char *set_size(size_t *to, const char *value, uint64_t min)
{
	uint64_t n;

	if (!quantity_size(value, &n))
		return "is no size";
	*to = (size_t)n;
	return n < min || n > UINT64_C(1) << 40 ? "is out of range" : NULL;
}

static const char *set_count(size_t *to, const char *value)
{
	uint64_t n;

	if (!quantity_number(value, &n))
		return "is no number";
	*to = (size_t)n;
	return n > 1000000 ? "is out of range" : NULL;
}

/* A file that others may read is no secret's. Its last line feed is not part
 * of it. */
static const char *set_secret(char **to, const char *path)
{
	char text[PASSWORD_MAX + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;
	const char *why;
	ssize_t n;

	if (fd < 0)
		return strerror(errno);
	why = trusted_file(fd, true);
	n = why ? 0 : read(fd, text, PASSWORD_MAX);
	error = errno;
	close(fd);
	if (why || n < 0)
		return why ? why : strerror(error);
	text[n] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	set(to, text);
	return text[0] ? NULL : "is empty";
}

static const char *set_limit(struct live *l, const char *name,
    const char *value)
{
	struct proxy_options *o = &l->o;

	if (strcmp(name, "hold-timeout") == 0)
		return set_time(&o->hold_timeout, value);
	if (strcmp(name, "login-timeout") == 0)
		return set_time(&o->login_timeout, value);
	if (strcmp(name, "max-clients") == 0)
		return set_count(&o->max_clients, value);
	if (strcmp(name, "max-per-peer") == 0)
		return set_count(&o->max_per_peer, value);
	if (strcmp(name, "held-max") == 0)
		return set_size(&o->held_max, value, 1 << 20);
	return set_size(&o->client_held_max, value, 1 << 16);
}

static const char *set_way(struct live *l, const char *name,
    const char *value)
{
	static const char *const tls[] = {"none", "optional", "required",
	    NULL};
	static const char *const failures[] = {"bounce", "hold", "pass",
	    NULL};
	static const char *const notices[] = {"error", "message", "both",
	    NULL};
	static const char *const tell[] = {"yes", "no", NULL};
	static const char *const versions[] = {"no", "v1", "v2", NULL};
	int which = 0;
	const char *why;

	if (strcmp(name, "tls") == 0) {
		why = set_word(value, tls, &which);
		l->o.tls = (enum proxy_tls)which;
		l->tls_set = true;
		return why;
	}
	if (strcmp(name, "on-failure") == 0) {
		why = set_word(value, failures, &which);
		l->o.on_failure = (enum proxy_failure)which;
		return why;
	}
	if (strcmp(name, "refusal-notice") == 0) {
		why = set_word(value, notices, &which);
		l->o.refusal_notice = (enum proxy_notice)which;
		return why;
	}
	if (strcmp(name, "review-tell") == 0) {
		why = set_word(value, tell, &which);
		l->o.review_untold = which == 1;
		return why;
	}
	return set_word(value, versions, &l->o.send_proxy);
}

static const char *set_strings(struct live *l, const char *name,
    const char *value)
{
	struct {
		const char *name;
		struct words *list;
		char **one;
	} to[] = {
	    {"listen", &l->listen, NULL},
	    {"certificate", &l->certificate, NULL},
	    {"private-key", &l->key, NULL},
	    {"command", NULL, &l->shell},
	    {"server-ca", NULL, &l->server_ca},
	    {"pipeline-ca", NULL, &l->pipeline_ca},
	    {"pipeline-certificate", NULL, &l->pipeline_certificate},
	    {"pipeline-key", NULL, &l->pipeline_key},
	    {"return-domain", NULL, &l->component_domain},
	    {"review-key", NULL, &l->review_key},
	};

	for (size_t i = 0; i < sizeof(to) / sizeof(*to); i++) {
		if (strcmp(name, to[i].name) != 0)
			continue;
		if (to[i].list)
			add(to[i].list, value);
		else
			set(to[i].one, value);
		return NULL;
	}
	return set_limit(l, name, value);
}

static const char *set_one(struct live *l, const char *name,
    const char *value)
{
	if (strcmp(name, "server") == 0)
		return set_address(&l->server, value);
	if (strcmp(name, "pipeline") == 0)
		return set_address(&l->pipeline, value);
	if (strcmp(name, "return-component") == 0)
		return set_address(&l->component, value);
	if (strcmp(name, "review") == 0)
		return set_address(&l->review, value);
	if (strcmp(name, "status") == 0)
		return set_address(&l->status, value);
	if (strcmp(name, "upload") == 0)
		return set_address(&l->upload, value);
	if (strcmp(name, "accept-proxy") == 0)
		return set_network(l, value);
	if (strcmp(name, "web-origin") == 0 || strcmp(name, "web-url") == 0)
		return set_web(l, name, value);
	if (strcmp(name, "return-secret") == 0)
		return set_secret(&l->component_secret, value);
	if (strcmp(name, "tls") == 0 || strcmp(name, "on-failure") == 0 ||
	    strcmp(name, "refusal-notice") == 0 ||
	    strcmp(name, "review-tell") == 0 ||
	    strcmp(name, "send-proxy") == 0)
		return set_way(l, name, value);
	if (strcmp(name, "refused") == 0) {
		release(&l->refused);
		l->refused = (struct words){0};
		add(&l->refused, "");
		add(&l->refused, "--wait");
		add(&l->refused, value);
		return NULL;
	}
	if (strcmp(name, "unsafe") == 0) {
		l->unsafe = strcmp(value, "no") != 0;
		return NULL;
	}
	return set_strings(l, name, value);
}

bool live_set(struct live *l, size_t row, const char *value, struct buf *why)
{
	const char *name = live_options[row].name;
	const char *bad = set_one(l, name, value);

	if (bad)
		buf_addf(why, "option '--%s': '%s': %s", name, value, bad);
	return !bad;
}

void live_init(struct live *l)
{
	*l = (struct live){0};
	l->o.hold_timeout = 10000;
	l->o.login_timeout = 60000;
	l->o.max_clients = 10000;
	l->o.held_max = 64 << 20;
	l->o.client_held_max = 1 << 20;
}

void live_release(struct live *l)
{
	struct words *lists[] = {&l->listen, &l->certificate, &l->key,
	    &l->networks, &l->command, &l->refused, &l->origins};
	char *strings[] = {l->server_ca, l->pipeline_ca,
	    l->pipeline_certificate, l->pipeline_key, l->component_domain,
	    l->component_secret, l->review_key, l->shell, l->web_url};

	for (size_t i = 0; i < l->o.listens; i++)
		address_release(&l->listens[i]);
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		release(lists[i]);
	for (size_t i = 0; i < sizeof(strings) / sizeof(*strings); i++)
		free(strings[i]);
	free(l->listens);
	free(l->network);
	address_release(&l->server);
	address_release(&l->pipeline);
	address_release(&l->component);
	address_release(&l->review);
	address_release(&l->status);
	address_release(&l->upload);
	*l = (struct live){0};
}
