/* SPDX-License-Identifier: ISC */
/* What cup-node and cup-config are made of, beside the settings: command lines,
 * pauses, JSON, quantities, listening sockets. */
#include "node/commands.h"

#include <stdlib.h>

#include "base/backoff.h"
#include "base/quantity.h"
#include "io/sockets.h"
#include "node/control.h"
#include "tap.h"

#define GOOD                                                                   \
	"listen tcp:*:5222\nserver tcp:127.0.0.1:5322\ndomain a.example\n"     \
	"policy /p\njournal /j\n"

static void lines_are(const char *text, const char *want, const char *name)
{
	struct buf b = BUF_EMPTY;
	struct commands w = {.stages = 0};
	struct conf c = {0};

	conf_parse(&c, "f", span_of(text), &b);
	commands_pipeline(&w, &c, "/run/cup", "n1");
	buf_reset(&b);
	for (size_t i = 0; i < w.stages; i++) {
		buf_adds(&b, i ? " | " : "");
		args_text(&w.stage[i], &b);
	}
	SAME(buf_str(&b), want, name);
	commands_release(&w);
	conf_release(&c);
	buf_release(&b);
}

static void test_commands(void)
{
	lines_are(GOOD "policy /q r\n",
	    "cup-filter --snapshot /run/cup/n1/snapshot /p '/q r' | cup-log "
	    "--wait --key /run/cup/n1/key --segment-size 256M --segment-age "
	    "1d --status-file /run/cup/n1/stage1 /j | cup-deliver --records "
	    "--key /run/cup/n1/key",
	    "local: filter, log, deliver");
	lines_are(GOOD "shadow /s\nshadow /t\nshadow-journal /k\n",
	    "cup-filter --snapshot /run/cup/n1/snapshot --shadow /s --shadow "
	    "/t --shadow-journal /k /p | cup-log --wait --key "
	    "/run/cup/n1/key --segment-size 256M --segment-age 1d "
	    "--status-file /run/cup/n1/stage1 /j | "
	    "cup-deliver --records --key /run/cup/n1/key",
	    "a policy that is tried beside");
	lines_are(GOOD "compliance third-party\ncompliance-server tls:a:1\n"
	    "compliance-server unix:/b\nheads /h\nsegment-size 1G\n"
	    "compress no\n",
	    "cup-broker --ping-interval 2s --answer-timeout 5s "
	    "--connect-timeout 5s --status-file /run/cup/n1/stage0 "
	    "tls:a:1 unix:/b | cup-log --wait --key "
	    "/run/cup/n1/key --segment-size 1G --segment-age 1d --heads /h "
	    "--status-file /run/cup/n1/stage1 --compress no /j "
	    "| cup-deliver --records --key /run/cup/n1/key",
	    "third-party: broker, log, deliver");
	lines_are(GOOD "compliance third-party\nunsafe yes\njudge-only yes\n"
	    "compliance-server wall tcp:w:1\ncompliance-server log tcp:l:1\n"
	    "compliance-server wall tcp:w:2\nskip-if-down log\n"
	    "notify-server tcp:n:1\n",
	    "cup-broker --name wall --judge-only --ping-interval 2s "
	    "--answer-timeout 5s --connect-timeout 5s "
	    "--status-file /run/cup/n1/stage0 tcp:w:1 tcp:w:2 | "
	    "cup-broker --name log --skip-if-down --unsafe --judge-only "
	    "--ping-interval 2s --answer-timeout 5s --connect-timeout 5s "
	    "--status-file /run/cup/n1/stage1 "
	    "tcp:l:1 | cup-broker --notify --judge-only --ping-interval 2s "
	    "--answer-timeout 5s --connect-timeout 5s "
	    "--status-file /run/cup/n1/stage2 tcp:n:1 | cup-log --wait "
	    "--key /run/cup/n1/key --segment-size 256M --segment-age 1d "
	    "--status-file /run/cup/n1/stage3 /j | "
	    "cup-deliver --records --key /run/cup/n1/key",
	    "a chain: a broker for each name, then copies");
	lines_are(GOOD "compliance none\npipeline x\n",
	    "cup-filter /run/cup/n1/policy | cup-deliver --records --no-proof",
	    "none: everything through");
	lines_are(GOOD "pipeline a | b 'c'\n", "/bin/sh -c 'a | b '\\''c'\\'''",
	    "a command of one's own");
}

static void test_backoff(void)
{
	struct backoff b = {0}, most = {.most = 4000};
	uint64_t wait = 100;

	for (int i = 0; i < 12 + BACKOFF_SOON; i++) {
		uint64_t got = backoff_next(&b, 10, false);

		if (!OK(got >= wait - wait / 4 && got <= wait + wait / 4,
			"soon, then doubled, a quarter more or less"))
			printf("# %d: %d not about %d\n", i, (int)got,
			    (int)wait);
		if (i >= BACKOFF_SOON)
			wait = wait * 2 > BACKOFF_MOST ? BACKOFF_MOST
						       : wait * 2;
	}
	OK(backoff_next(&b, BACKOFF_BIRTH, false) > 20000,
	    "to have lived for a little while is nothing");
	OK(backoff_next(&b, 10, true) <= 125 &&
		backoff_next(&b, 10, true) >= 75,
	    "it worked, and died young: all is forgotten but the first pause");
	for (int i = 0; i < 20; i++)
		backoff_next(&b, 10, false);
	OK(backoff_next(&b, BACKOFF_BIRTH, true) == 0, "it worked: at once");
	for (int i = 0; i < 20; i++)
		backoff_next(&b, 10, false);
	OK(backoff_next(&b, BACKOFF_SERVICE, false) == 0,
	    "it has lived for long: at once");
	OK(backoff_next(&b, 10, false) <= 125, "and all is forgotten");
	for (int i = 0; i < 20; i++)
		wait = backoff_next(&most, 10, false);
	OK(wait >= 3000 && wait <= 5000, "a most of one's own");
}

static void test_json(void)
{
	struct buf b = BUF_EMPTY;

	control_json(span_of("node a\"\\b\nclients 3\nrate 0.5\nversion 1.\n"
	    "id 007\nneg -2\nstage x 1\nlast\nstage y\n2\nclients 9\n"), &b);
	SAME(buf_str(&b), "{\"node\":\"a\\\"\\\\b\",\"clients\":3,"
	    "\"rate\":0.5,\"version\":\"1.\",\"id\":\"007\",\"neg\":-2,"
	    "\"stage\":[\"x 1\",\"y\"],\"last\":\"\",\"2\":\"\"}\n",
	    "numbers, strings, lists");
	buf_reset(&b);
	control_json(span_of(""), &b);
	SAME(buf_str(&b), "{}\n", "nothing");
	buf_release(&b);
}

static void test_quantities(void)
{
	uint64_t n = 0;

	OK(quantity_size("16777215G", &n) && n == UINT64_C(16777215) << 30,
	    "many gibibytes");
	OK(!quantity_size("17179869184G", &n), "more than there are");
	OK(!quantity_size("18446744073709551616", &n), "too many digits");
	OK(!quantity_size(" 1", &n) && !quantity_size("+1", &n) &&
		!quantity_size("", &n) && !quantity_size("1KB", &n),
	    "no number");
	OK(quantity_duration("90", &n) && n == 90000, "seconds");
	OK(quantity_duration("2d", &n) && n == 172800000, "days");
	OK(!quantity_number("1K", &n), "a number has no unit");
}

static void test_sockets(void)
{
	char path[] = "/tmp/cup-sockets.XXXXXX", text[ENDPOINT_TEXT];
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	struct sockets s = {NULL, 0};

	fputs("  sl  local_address rem_address   st\n"
	      "   0: 0100007F:1466 00000000:0000 0A 00000000:00000000 00\n"
	      "   1: 00000000:14CB 00000000:0000 0A 00000000:00000000 00\n"
	      "   2: 0100007F:1466 0100007F:D000 01 00000000:00000000 00\n"
	      "   3: 00000000000000000000000001000000:1467 "
	      "00000000000000000000000000000000:0000 0A 0:0 00\n"
	      "nonsense\n   4: 01:1467 02:0000 0A\n", f);
	fclose(f);
	OK(sockets_read(&s, path) && s.count == 3, "those that listen");
	endpoint_text(&s.at[0], text);
	SAME(text, "127.0.0.1:5222", "  IPv4");
	OK(sockets_loopback(&s.at[0]) && !sockets_any(&s.at[0]), "  loopback");
	endpoint_text(&s.at[1], text);
	SAME(text, "0.0.0.0:5323", "  any");
	OK(!sockets_loopback(&s.at[1]) && sockets_any(&s.at[1]), "  is open");
	endpoint_text(&s.at[2], text);
	SAME(text, "[::1]:5223", "  IPv6");
	OK(!sockets_read(&s, "/nowhere"), "no such file");
	sockets_release(&s);
	remove(path);
}

int main(void)
{
	test_commands();
	test_backoff();
	test_json();
	test_quantities();
	test_sockets();
	return tap_done();
}
