/* SPDX-License-Identifier: ISC */
/* The settings of a node: the table. */
#include "node/setting.h"

#include <string.h>

#define KIB ((uint64_t)1 << 10)
#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)
#define SECOND ((uint64_t)1000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)
#define INTERCEPT(name) .program = "cup-intercept", .option = name
#define LOG(name) .program = "cup-log", .option = name
#define BROKER(name) .program = "cup-broker", .option = name
#define ONCE APPLY_RESTART
#define LIVE APPLY_RELOAD

const struct setting setting_table[] = {
    {"listen", &value_listener, SETTING_LIST | SETTING_NEEDED, ONCE,
	.help = "where clients connect"},
    {"server", &value_address, SETTING_NEEDED, ONCE, INTERCEPT("server"),
	.help = "the XMPP server's client-to-server listener"},
    {"domain", &value_domain, SETTING_LIST | SETTING_NEEDED, ONCE,
	INTERCEPT("domain"),
	.help = "a domain whose users are the node's"},
    {"user", &value_user, 0, ONCE,
	.help = "the user that the node runs as, if started by root"},
    {"group", &value_group, 0, ONCE,
	.help = "the group it runs as, if not the user's"},

    {"compliance", &value_word, 0, LIVE, "local",
	.words = "none local third-party ",
	.help = "who decides: a policy here, a compliance server, nobody"},
    {"policy", &value_path, SETTING_LIST, LIVE,
	.help = "a file of rules, cup-policy(5)"},
    {"shadow", &value_path, SETTING_LIST, LIVE,
	.help = "a policy that is tried beside the one that decides"},
    {"shadow-journal", &value_path, 0, LIVE,
	.help = "the folder of the journal of what it would do otherwise"},
    {"compliance-server", &value_server, SETTING_LIST, LIVE,
	.help = "who decides; of one name in order of preference"},
    {"skip-if-down", &value_label, SETTING_LIST, LIVE,
	.help = "name of compliance servers that need not be there"},
    {"balance", &value_yesno, 0, LIVE, "no", BROKER("balance"),
	.help = "share conversations out among the compliance servers"},
    {"judge-only", &value_yesno, 0, LIVE, "no", BROKER("judge-only"),
	.help = "let no compliance server change a stanza"},
    {"compliance-certificate", &value_path, 0, LIVE, BROKER("certificate"),
	.help = "shown to compliance servers (PEM)"},
    {"compliance-private-key", &value_path, 0, LIVE, BROKER("private-key"),
	.help = "its key, if that is not in the same file"},
    {"compliance-ca", &value_path, 0, LIVE, BROKER("ca"),
	.help = "certificates that compliance servers are verified by"},
    {"ping-interval", &value_duration, 0, LIVE, "2s",
	BROKER("ping-interval"), .min = 100, .max = 600 * SECOND,
	.help = "a silent compliance server is left within twice that"},
    {"answer-timeout", &value_duration, 0, LIVE, "5s",
	BROKER("answer-timeout"), .min = 100, .max = 600 * SECOND,
	.help = "how long a compliance server may take for an answer"},
    {"connect-timeout", &value_duration, 0, LIVE, "5s",
	BROKER("connect-timeout"), .min = 100, .max = 600 * SECOND,
	.help = "and for a connection"},
    {"notify-server", &value_url, SETTING_LIST, LIVE,
	.help = "gets a copy of all that is decided, and is not waited for"},
    {"journal", &value_path, 0, LIVE,
	.help = "the folder of the journal, cup-journal(5)"},
    {"segment-size", &value_size, 0, LIVE, "256M", LOG("segment-size"),
	.min = 4 * KIB, .max = 1024 * GIB,
	.help = "begin a new segment of the journal at this size"},
    {"segment-age", &value_duration, 0, LIVE, "1d", LOG("segment-age"),
	.min = 0, .max = 3650 * DAY,
	.help = "begin a new segment at this age; 0: never"},
    {"compress", &value_yesno, 0, LIVE, "yes",
	.help = "compress segments that are done with"},
    {"heads", &value_path, 0, LIVE, LOG("heads"),
	.help = "append the journal's chain heads to this file"},
    {"pipeline", &value_command, 0, LIVE,
	.help = "a shell command in place of the standard pipeline"},
    {"events", &value_words, 0, ONCE, "content",
	INTERCEPT("events"),
	.words = "content message muc login logout presence iq all ",
	.help = "what is stopped and judged"},
    {"refused", &value_path, 0, ONCE, INTERCEPT("refused"),
	.help = "the node's own journal of what was refused or bounced"},

    {"review", &value_path, 0, ONCE,
	.help = "the folder of the journal of what reviewers settle"},
    {"review-group", &value_group, 0, LIVE,
	.help = "whose members may settle what is held for review"},
    {"reviewers", &value_reviewer, SETTING_LIST, LIVE,
	.help = "a user of the machine, and the JIDs that are his own"},
    {"review-tell", &value_yesno, 0, ONCE, "yes",
	.help = "tell senders what became of what was held"},
    {"review-command", &value_command, 0, LIVE,
	.help = "a shell command that is run when something is held"},

    {"upload-listen", &value_http_listener, 0, ONCE,
	.help = "where clients bring and get files by HTTP: cup-upload(1)"},
    {"upload-server", &value_site, 0, ONCE,
	.help = "the XMPP server's HTTP, where these go on to"},
    {"upload-store", &value_path, 0, ONCE,
	.help = "the folder that keeps them"},
    {"upload-url", &value_site, SETTING_LIST, ONCE,
	.help = "links to files begin so: where others reach upload-listen"},
    {"upload-journal", &value_path, 0, ONCE,
	.help = "the folder of the journal of files"},
    {"upload-certificate", &value_path, 0, ONCE,
	.help = "of a tls: upload-listen, if not the first certificate"},
    {"upload-private-key", &value_path, 0, ONCE,
	.help = "its key"},
    {"file-size-max", &value_size, 0, ONCE, "100M",
	.min = 1, .max = 1024 * GIB,
	.help = "the largest file that is let through"},

    {"packet-size-limit", &value_yesno, 0, ONCE, "yes",
	.help = "whether accepted-packet-size limits stanzas"},
    {"accepted-packet-size", &value_size, 0, ONCE, "256K",
	INTERCEPT("max-size"), .min = 10000, .max = 3 * MIB,
	.help = "the largest stanza that is let through"},

    {"certificate", &value_path, SETTING_LIST, ONCE, INTERCEPT("certificate"),
	.help = "a certificate with its chain (PEM)"},
    {"private-key", &value_path, SETTING_LIST, ONCE, INTERCEPT("private-key"),
	.help = "its key; as many as certificates, in the same order"},
    {"tls", &value_word, 0, ONCE, INTERCEPT("tls"),
	.words = "required optional none ",
	.help = "whether clients have to use TLS"},
    {"server-ca", &value_path, 0, ONCE, INTERCEPT("server-ca"),
	.help = "certificates that a tls: server is verified by"},
    {"send-proxy", &value_word, 0, ONCE, INTERCEPT("send-proxy"),
	.words = "v1 v2 ",
	.help = "tell the server clients' addresses by the PROXY protocol"},
    {"accept-proxy", &value_network, SETTING_LIST, ONCE,
	INTERCEPT("accept-proxy"),
	.help = "believe who clients are from there"},
    {"web-origin", &value_origin, SETTING_LIST, ONCE, INTERCEPT("web-origin"),
	.help = "whose pages may connect by WebSocket; default: same host"},
    {"web-url", &value_web_url, 0, ONCE, INTERCEPT("web-url"),
	.help = "where host-meta says that the WebSocket is"},

    {"hold-timeout", &value_duration, 0, ONCE, "10s",
	INTERCEPT("hold-timeout"), .min = 100, .max = 600 * SECOND,
	.help = "how long what a user sends may stay undecided"},
    {"on-failure", &value_word, 0, ONCE, "bounce", INTERCEPT("on-failure"),
	.words = "bounce hold pass ",
	.help = "what becomes of it then"},
    {"unsafe", &value_yesno, 0, ONCE, "no", INTERCEPT("unsafe"),
	.help = "allow on-failure pass, skip-if-down, and messages unjudged"},
    {"refusal-notice", &value_word, 0, ONCE, "error",
	INTERCEPT("refusal-notice"),
	.words = "error message both ",
	.help = "how a user is told that a message was refused"},

    {"login-timeout", &value_duration, 0, ONCE, "60s",
	INTERCEPT("login-timeout"), .min = SECOND, .max = HOUR,
	.help = "how long a client may take to authenticate"},
    {"max-clients", &value_count, 0, ONCE, "10000", INTERCEPT("max-clients"),
	.min = 1, .max = 1000000,
	.help = "connections at a time"},
    {"max-per-peer", &value_count, 0, ONCE, "0", INTERCEPT("max-per-peer"),
	.min = 0, .max = 1000000,
	.help = "connections at a time from one address; 0: 3/4 of max-clients"},
    {"held-max", &value_size, 0, ONCE, "64M", INTERCEPT("held-max"),
	.min = MIB, .max = 64 * GIB,
	.help = "bytes held, of all clients together"},
    {"client-held-max", &value_size, 0, ONCE, "1M",
	INTERCEPT("client-held-max"), .min = 64 * KIB, .max = GIB,
	.help = "bytes held of one client"},

    {"return-component", &value_loopback, 0, ONCE,
	INTERCEPT("return-component"),
	.help = "the server's component listener, for errors and releases"},
    {"return-domain", &value_domain, 0, ONCE, INTERCEPT("return-domain"),
	.help = "the component's name"},
    {"return-secret", &value_path, 0, ONCE, INTERCEPT("return-secret"),
	.help = "a file with the component's secret"},
};

const size_t setting_count = sizeof(setting_table) / sizeof(setting_table[0]);

const struct setting *setting_find(const char *key)
{
	for (size_t i = 0; i < setting_count; i++) {
		if (strcmp(setting_table[i].key, key) == 0)
			return &setting_table[i];
	}
	return NULL;
}
