/* SPDX-License-Identifier: ISC */
/* Settings: lines, values, their sense together, and changes. */
#include "node/conf.h"

#include "node/conf-sense.h"
#include "node/conf-text.h"
#include "tap.h"

#define GOOD                                                                   \
	"listen tcp:*:5222\nserver tcp:127.0.0.1:5322\ndomain a.example\n"     \
	"policy /p\njournal /j\n"

/* The mistakes of a text, those of its lines and of its sense. */
static const char *mistakes(const char *text, struct buf *b)
{
	struct conf c = {0};

	buf_reset(b);
	conf_parse(&c, "f", span_of(text), b);
	conf_sense(&c, b);
	conf_release(&c);
	return buf_str(b);
}

static void wrong(const char *more, const char *want, const char *name)
{
	struct buf text = BUF_EMPTY, b = BUF_EMPTY;

	buf_addf(&text, "%s%s", GOOD, more);
	SAME(mistakes(buf_str(&text), &b), want, name);
	buf_release(&text);
	buf_release(&b);
}

static void test_lines(void)
{
	static const char text[] = "# comment\n\n  listen \t tcp:*:1 \t\n"
				   "listen tls:*:2\n\tdomain  a.example";
	struct buf b = BUF_EMPTY;
	struct conf c = {0};
	unsigned line;

	conf_parse(&c, "f", span_of(text), &b);
	SAME(buf_str(&b), "", "blanks, comments and a last line without LF");
	SAME(conf_nth(&c, "listen", 0, &line), "tcp:*:1", "  a value");
	OK(line == 3, "  where it stands");
	SAME(conf_nth(&c, "listen", 1, &line), "tls:*:2", "  the next");
	OK(!conf_nth(&c, "listen", 2, NULL), "  and no more");
	SAME(conf_nth(&c, "hold-timeout", 0, &line), "10s", "a default");
	OK(line == 0, "  stands nowhere");
	SAME(conf_get(&c, "tls"), "none", "a default that depends");
	OK(!conf_get(&c, "journal"), "no value");
	conf_release(&c);

	wrong("nonsense 1\n", "f:6: unknown key 'nonsense'\n", "unknown key");
	wrong("user\n", "f:6: user has no value\n", "no value");
	wrong("max-clients 1\nmax-clients 2\n",
	    "f:7: max-clients is given twice (first in line 6)\n", "twice");
	wrong("hold-timeout 5s # five\n",
	    "f:6: hold-timeout '5s # five': is not a duration, as 500ms, 10s "
	    "or 1d (a comment has its own line)\n", "comment behind a value");
	wrong("domain b.example\r\n",
	    "f:6: is not UTF-8 or has a control character\n", "CR");
	wrong("pipeline cup-filter\tp\n",
	    "f:6: pipeline has a TAB in its value\n", "TAB");
	wrong("pipeline cup-filter --anew p | cup-log j\n",
	    "f:6: pipeline: --anew loosens what was decided: it is for trying "
	    "a policy\n", "a filter that decides anew");
	wrong("domain \xff\n",
	    "f:6: is not UTF-8 or has a control character\n", "no UTF-8");
	buf_release(&b);
}

static void test_line_limit(void)
{
	struct buf line = BUF_EMPTY, b = BUF_EMPTY;

	buf_adds(&line, GOOD "heads /");
	while (line.len < strlen(GOOD) + CONF_LINE_MAX)
		buf_addc(&line, 'x');
	buf_addc(&line, '\n');
	SAME(mistakes(buf_str(&line), &b), "", "the longest line");
	buf_reset(&line);
	buf_adds(&line, GOOD "heads /");
	while (line.len < strlen(GOOD) + CONF_LINE_MAX + 1)
		buf_addc(&line, 'x');
	SAME(mistakes(buf_str(&line), &b), "f:6: is too long\n",
	    "one byte more");
	buf_release(&line);
	buf_release(&b);
}

static void test_values(void)
{
	static const struct {
		const char *key, *good, *bad;
	} some[] = {
	    {"listen", "tcp:[::1]:5222", "unix:/x"},
	    {"listen", "tls::5223", "5222"},
	    {"listen", "ws:127.0.0.1:80/a", "ws:127.0.0.1:80/a?b"},
	    {"server", "unix:/run/x", "tcp:*:5222"},
	    {"server", "tls:x.example:5223", "tcp:127.0.0.1:0"},
	    {"domain", "a.example", "me@a.example"},
	    {"domain", "xn--mnchen-3ya.example", "a.example/x"},
	    {"compliance", "third-party", "thirdparty"},
	    {"policy", "/etc/x", "etc/x"},
	    {"compliance-server", "https://x.example/y", "https:///y"},
	    {"compliance-server", "tcp:x.example:99", "ftp://x.example"},
	    {"compliance-server", "wall \t unix:/a b", "wall nothing"},
	    {"compliance-server", "w.1 tcp:[::1]:9", "-w tcp:[::1]:9"},
	    {"notify-server", "unix:/a", "wall unix:/a"},
	    {"skip-if-down", "wall", "the wall"},
	    {"segment-size", "4K", "4095"},
	    {"segment-age", "0", "-1d"},
	    {"compress", "no", "zstd"},
	    {"events", "message,iq", "message,"},
	    {"events", "all", "message,message"},
	    {"events", "content", "contents"},
	    {"packet-size-limit", "no", "off"},
	    {"accepted-packet-size", "10000", "9999"},
	    {"accepted-packet-size", "3M", "3145729"},
	    {"send-proxy", "v2", "2"},
	    {"accept-proxy", "2001:db8::/32", "2001:db8::/129"},
	    {"accept-proxy", "192.0.2.1", "192.0.2.0/33"},
	    {"hold-timeout", "100ms", "99ms"},
	    {"hold-timeout", "10m", "601s"},
	    {"max-clients", "1000000", "1000001"},
	    {"max-clients", "1", "0"},
	    {"held-max", "1M", "1048575"},
	    {"client-held-max", "64K", "64k5"},
	    {"return-component", "tcp:127.0.0.1:5347", "tcp:192.0.2.1:5347"},
	    {"return-component", "unix:/x", "tcp:x.example:5347"},
	    {"return-component", "tcp:[::1]:5347", "tls:127.0.0.1:5347"},
	    {"user", "root", "nobody-of-that-name"},
	};

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		const struct setting *s = setting_find(some[i].key);

		if (!OK(!s->kind->check(s, some[i].good), some[i].key))
			printf("# %s\n", some[i].good);
		if (!OK(s->kind->check(s, some[i].bad), "  but not"))
			printf("# %s\n", some[i].bad);
	}
}

static void test_sense(void)
{
	struct buf b = BUF_EMPTY;

	SAME(mistakes("", &b), "f: listen: is needed\nf: server: is needed\n"
	    "f: domain: is needed\n"
	    "f: compliance: local needs a policy (or a pipeline)\n"
	    "f: compliance: local needs a journal (or a pipeline)\n",
	    "an empty file has every mistake named");
	wrong("", "", "and a small one none");
	wrong("compliance third-party\n",
	    "f:6: compliance: third-party needs a compliance-server (or a "
	    "pipeline)\n", "third-party without a server");
	wrong("compliance-server tls:x:1\n", "", "the unused is kept");
	wrong("on-failure pass\n", "f:6: on-failure: pass lets undecided "
	    "stanzas through: it needs unsafe yes\n", "pass without unsafe");
	wrong("on-failure pass\nunsafe yes\n", "", "pass with it");
	wrong("tls required\n", "f:6: tls: required needs a certificate\n",
	    "TLS without a certificate");
	wrong("certificate /c\n", "f:6: certificate: 1 of certificate and 0 "
	    "of private-key: each needs the other\n", "without its key");
	wrong("listen tls::5223\n",
	    "f:6: listen: 'tls::5223' needs a certificate\n",
	    "direct TLS without a certificate");
	wrong("listen wss::443\n",
	    "f:6: listen: 'wss::443' needs a certificate\n",
	    "a WebSocket without a certificate");
	wrong("certificate /c\nprivate-key /k\nlisten ws::80\n",
	    "f:8: listen: 'ws::80' needs tls other than required, or the "
	    "accept-proxy of who ends it\n", "one without TLS");
	wrong("certificate /c\nprivate-key /k\nlisten ws::80\n"
	      "accept-proxy 10.0.0.0/8\nweb-origin https://x\n"
	      "web-url wss://x/y\n", "", "but behind a web proxy");
	wrong("web-origin https://x/\n", "f:6: web-origin 'https://x/': is not "
	    "an origin, as https://HOST\nf:6: web-origin: there is no ws: or "
	    "wss: to listen on\n", "an origin with a path, and no WebSocket");
	wrong("web-url x\nlisten ws:*:1\n", "f:6: web-url 'x': is not a ws:// "
	    "or wss:// URL\n", "no URL");
	wrong("listen tcp:*:5222\n",
	    "f:6: listen: 'tcp:*:5222' is there twice\n", "a value twice");
	wrong("listen tcp:127.0.0.1:5222\n", "f:6: listen: 'tcp:*:5222' and "
	    "'tcp:127.0.0.1:5222' are one place\n", "a place twice");
	wrong("listen tcp:127.0.0.1:5322\n", "f:6: listen: "
	    "'tcp:127.0.0.1:5322' is where the server is\n",
	    "before itself");
	wrong("refused //j/.\n", "f:6: refused: cannot be the journal "
	    "itself\n", "one journal for both");
	wrong("events muc,login\n", "f:6: events: lets messages through "
	    "unjudged: it needs unsafe yes\n", "messages left out");
	wrong("events muc,login\nunsafe yes\n", "", "and said to be unsafe");
	wrong("events content\n", "", "all content");
	wrong("shadow /s\n", "f:6: shadow: it needs a shadow-journal\n",
	    "a shadow without a place");
	wrong("shadow-journal /s\n", "f:6: shadow-journal: it needs a "
	    "shadow\n", "a place without a shadow");
	wrong("shadow /s\nshadow-journal /j\n", "f:7: shadow-journal: is a "
	    "journal of its own\n", "the journal itself for a shadow");
	wrong("shadow /s\nshadow-journal /k\n", "", "a shadow");
	wrong("client-held-max 128M\n", "f:6: client-held-max: is more than "
	    "held-max (64M)\n", "one client holds more than all");
	wrong("accepted-packet-size 2M\n", "f:6: accepted-packet-size: is "
	    "more than client-held-max (1M): such a stanza could never be "
	    "held\n", "a stanza that cannot be held");
	wrong("accepted-packet-size 2M\npacket-size-limit no\n", "",
	    "a limit that is off");
	wrong("return-domain x.example\n",
	    "f: return-component: is needed where another return- setting is\n"
	    "f: return-secret: is needed where another return- setting is\n",
	    "a part of three");
	wrong("server-ca /x\n", "f:6: server-ca: needs a tls: server\n",
	    "authorities without TLS");
	buf_release(&b);
}

static void test_chain(void)
{
#define THIRD "compliance third-party\n"
#define TWO THIRD "compliance-server wall tcp:w:1\n"                            \
	    "compliance-server log tcp:l:1\n"
	wrong(TWO, "", "a chain");
	wrong(THIRD "notify-server tcp:n:1\n", "f:6: compliance: third-party "
	    "needs a compliance-server (or a pipeline): a notify-server gets "
	    "copies and judges nothing\n", "copies alone judge nothing");
	wrong(TWO "compliance-server w tcp:x:1 tcp:y:1\n", "f:9: "
	    "compliance-server 'w tcp:x:1 tcp:y:1': has more than a name and a "
	    "URL (each URL has its own line)\n", "two servers in a line");
	wrong(TWO "compliance-server tcp:w:1\n", "f:9: compliance-server: "
	    "'tcp:w:1' is there twice\n", "one server in two links");
	wrong(TWO "skip-if-down log\n", "f:9: skip-if-down: lets through what "
	    "that server has not seen: it needs unsafe yes\n",
	    "a skip without unsafe");
	wrong(TWO "skip-if-down log\nunsafe yes\n", "", "and with it");
	wrong(TWO "skip-if-down lag\nunsafe yes\n", "f:9: skip-if-down: no "
	    "compliance-server is named 'lag'\n", "a name of none");
	wrong(TWO "skip-if-down log\nskip-if-down wall\nunsafe yes\n",
	    "f:9: skip-if-down: is set for every compliance-server: one has "
	    "to be required\n", "every one skipped");
	wrong("skip-if-down log\n", "", "the unused is kept");
	wrong(TWO "compliance-server a tcp:a:1\ncompliance-server b tcp:b:1\n"
	    "compliance-server c tcp:c:1\ncompliance-server d tcp:d:1\n"
	    "compliance-server e tcp:e:1\ncompliance-server f tcp:f:1\n", "",
	    "as many names as there may be");
	wrong(TWO "compliance-server a tcp:a:1\ncompliance-server b tcp:b:1\n"
	    "compliance-server c tcp:c:1\ncompliance-server d tcp:d:1\n"
	    "compliance-server e tcp:e:1\ncompliance-server f tcp:f:1\n"
	    "compliance-server tcp:g:1\n", "f:15: compliance-server: there "
	    "are more than 8 names\n", "and one more");
}

/* So many servers of one name. */
static void test_servers(size_t count, const char *want, const char *name)
{
	struct buf more = BUF_EMPTY;

	buf_adds(&more, THIRD);
	for (size_t i = 0; i < count; i++)
		buf_addf(&more, "compliance-server w tcp:h:%zu\n", i + 1);
	wrong(buf_str(&more), want, name);
	buf_release(&more);
}

static void test_neighbours(void)
{
	struct buf b = BUF_EMPTY;
	struct conf a = {0}, c = {0};

	conf_parse(&a, "a", span_of(GOOD), &b);
	conf_parse(&c, "c", span_of("listen tcp:[::1]:5222\njournal /./j/\n"
	    "heads /j.refused\n"), &b);
	SAME(buf_str(&b), "", "two nodes");
	conf_neighbour(&a, &c, "other", &b);
	SAME(buf_str(&b), "a:5: journal: '/j' is journal of node 'other'\n"
	    "a: refused: '/j.refused' is refused of node 'other'\n"
	    "a: refused: '/j.refused' is heads of node 'other'\n"
	    "a: review: '/j.review' is review of node 'other'\n"
	    "a:1: listen: 'tcp:*:5222' is a listener of node 'other'\n",
	    "what only one can have");
	conf_release(&a);
	conf_release(&c);
	buf_release(&b);
}

static void set(const char *text, const char *key, const char *value,
    const char *want, const char *name)
{
	struct buf b = BUF_EMPTY;

	buf_adds(&b, text);
	conf_text_set(&b, key, &value, value != NULL);
	SAME(buf_str(&b), want, name);
	buf_release(&b);
}

static void test_text(void)
{
	static const char text[] = "# a\nuser   x\n\n# b\nlisten 1\n"
				   "\tlisten\t2\nlistening 3\n";

	set(text, "user", "y", "# a\nuser   y\n\n# b\nlisten 1\n"
	    "\tlisten\t2\nlistening 3\n", "a value in its place");
	set(text, "listen", "9", "# a\nuser   x\n\n# b\nlisten 9\n"
	    "listening 3\n", "a list by one value");
	set(text, "user", NULL, "# a\n\n# b\nlisten 1\n\tlisten\t2\n"
	    "listening 3\n", "taken out");
	set(text, "group", "g", "# a\nuser   x\n\n# b\nlisten 1\n"
	    "\tlisten\t2\nlistening 3\ngroup g\n", "a new one at the end");
	set("user x", "group", "g", "user x\ngroup g\n", "behind no LF");
	set("user", "user", "g", "user g\n", "where there was no value");
	set("", "user", NULL, "", "nothing of nothing");
}

static void test_diff(void)
{
	struct conf a = {0}, b = {0};
	struct buf out = BUF_EMPTY;

	conf_parse(&a, "a", span_of("journal /j\npolicy /a\npolicy /b\n"),
	    &out);
	conf_parse(&b, "b", span_of("policy /b\npolicy /a\nhold-timeout 10s\n"
	    "journal /j\ncertificate /c\nunsafe yes\n"), &out);
	OK(conf_diff(&a, &b, &out) == 4, "four settings differ");
	SAME(buf_str(&out), "-policy /a\n-policy /b\n+policy /b\n+policy /a\n"
	    "+certificate /c\n-tls none\n+tls required\n-unsafe no\n"
	    "+unsafe yes\n",
	    "in effect, and in order");
	OK(!conf_waits(&a, &b, setting_find("policy")), "a reload will do");
	OK(conf_waits(&a, &b, setting_find("tls")), "a restart is needed");
	OK(!conf_waits(&a, &b, setting_find("user")), "the same waits not");
	OK(!conf_waits(&a, &b, setting_find("unsafe")), "nor what is not used");
	conf_release(&a);
	conf_release(&b);
	buf_release(&out);
}

int main(void)
{
	test_lines();
	test_line_limit();
	test_values();
	test_sense();
	test_chain();
	test_servers(64, "", "as many of a name as there may be");
	test_servers(65, "f:71: compliance-server: there are more than 64 of "
	    "one name\n", "and one more");
	test_neighbours();
	test_text();
	test_diff();
	return tap_done();
}
