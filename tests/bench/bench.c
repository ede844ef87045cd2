/* SPDX-License-Identifier: ISC */
/* The parts of the benchmark that are no program of cup's own:
 *   bench traffic COUNT RATE [SEED]  stanzas as alice's client sends them;
 *                                    RATE a second, 0: as fast as they go
 *   bench sink                       latencies of stanzas that come out
 *   bench flush COUNT RATE FILE      latencies of fdatasync at that spacing
 *   bench measure FILE COMMAND...    run it; append wall, cpu, memory to FILE
 * A latency is counted from the moment a stanza was due, which its id tells.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/mem.h"
#include "io/out.h"

enum { SECOND = 1000000000, BODY_MAX = 3700 };

static int64_t clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * SECOND + ts.tv_nsec;
}

static void wait_until(int64_t when)
{
	struct timespec ts = {when / SECOND, when % SECOND};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) ==
	    EINTR)
		;
}

/* SplitMix64: the same traffic on every machine for the same seed. */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static const char *const words[] = {"the", "deck", "for", "Monday", "is",
    "nearly", "ready", "please", "check", "numbers", "on", "page", "four",
    "before", "lunch", "client", "asked", "about", "delivery", "dates", "and",
    "we", "said", "end", "of", "month", "can", "you", "call", "them", "back",
    "today", "thanks", "meeting", "moved", "to", "room", "three", "at", "ten",
    "server", "upgrade", "tonight", "between", "eight", "nine", "will", "send",
    "notes", "afterwards", "lovely", "weather", "budget", "review", "draft",
    "contract", "signed", "waiting", "legal", "answer", "invoice", "paid"};

/* Most messages are short, a few have up to 4 KB. */
static size_t body_size(uint64_t *state)
{
	uint64_t r = draw(state) % 1000;

	if (r < 900)
		return 8 + draw(state) % 90;
	if (r < 990)
		return 100 + draw(state) % 500;
	return 600 + draw(state) % (BODY_MAX - 600);
}

static void stanza(struct buf *b, uint64_t *state, int64_t due, uint64_t n)
{
	size_t want = body_size(state), start;

	buf_addf(b, "<message to='user%u@acme.example' type='chat' "
	    "id='t%" PRId64 "-%" PRIu64 "'><body>",
	    (unsigned)(draw(state) % 1000), due, n);
	start = b->len;
	while (b->len - start < want) {
		buf_adds(b, words[draw(state) % (sizeof(words) /
		    sizeof(words[0]))]);
		buf_addc(b, ' ');
	}
	b->len--;
	buf_adds(b, "</body><active xmlns='http://jabber.org/protocol/"
	    "chatstates'/></message>");
}

static void put(struct out *out)
{
	if (!out_flush(out))
		diag_die_errno(1, "cannot write");
}

static int traffic(uint64_t count, uint64_t rate, uint64_t seed)
{
	struct out out = {.fd = STDOUT_FILENO};
	int64_t start, due;

	out_pipe_size(STDOUT_FILENO);
	buf_adds(&out.buf, "<stream:stream to='acme.example' version='1.0' "
	    "xmlns:stream='http://etherx.jabber.org/streams' "
	    "xmlns='jabber:client'>");
	put(&out);
	start = due = clock_ns();
	for (uint64_t n = 0; n < count; n++) {
		if (rate) {
			due = start + (int64_t)(n * SECOND / rate);
			if (clock_ns() < due) {
				put(&out);
				wait_until(due);
			}
		}
		stanza(&out.buf, &seed, due, n);
		if (!out_spill(&out))
			diag_die_errno(1, "cannot write");
	}
	buf_adds(&out.buf, "</stream:stream>");
	put(&out);
	buf_release(&out.buf);
	return 0;
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void percentiles(int64_t *ns, size_t n)
{
	if (n == 0)
		diag_die(1, "nothing was measured");
	qsort(ns, n, sizeof(*ns), ascending);
	printf("%zu %.1f %.1f\n", n, (double)ns[n / 2] / 1000,
	    (double)ns[n - 1 - n / 100] / 1000);
}

/* Prints: count, p50 and p99 in microseconds. */
static int sink(void)
{
	static char chunk[1 << 20];
	int64_t *ns = NULL;
	size_t n = 0, cap = 0, kept = 0;
	ssize_t got;

	out_pipe_size(STDIN_FILENO);
	while ((got = read(STDIN_FILENO, chunk + kept, sizeof(chunk) - kept)) >
	    0) {
		int64_t now = clock_ns();
		char *p = chunk, *end = chunk + kept + got, *lf;

		while ((lf = memchr(p, '\n', (size_t)(end - p)))) {
			char *id = memmem(p, (size_t)(lf - p), " id=\"t", 6);

			if (n == cap)
				ns = mem_resize(ns, cap = cap ? 2 * cap : 4096,
				    sizeof(*ns));
			if (id)
				ns[n++] = now - strtoll(id + 6, NULL, 10);
			p = lf + 1;
		}
		kept = (size_t)(end - p);
		memmove(chunk, p, kept);
	}
	percentiles(ns, n);
	free(ns);
	return 0;
}

/* As cup-log's file is: written ahead, appended to, one flush for what is
 * due. */
static int flush(uint64_t count, uint64_t rate, const char *path)
{
	enum { RECORD = 400, AHEAD = 1 << 24 };
	int64_t *ns = mem_alloc(count * sizeof(*ns)), start;
	char *lines = mem_alloc(AHEAD);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	uint64_t done = 0;
	size_t flushes = 0;
	off_t at = 0;

	memset(lines, '\n', AHEAD);
	if (fd < 0 || !out_write(fd, lines, AHEAD) || fdatasync(fd) != 0)
		diag_die_errno(1, "cannot write '%s'", path);
	start = clock_ns();
	while (done < count) {
		int64_t before = clock_ns();
		uint64_t due = (uint64_t)(before - start) * rate / SECOND + 1;
		size_t len;

		if (due <= done) {
			wait_until(start + (int64_t)(done * SECOND / rate));
			continue;
		}
		len = (due - done) * RECORD;
		if (at + (off_t)len > AHEAD)
			at = 0;
		before = clock_ns();
		if (pwrite(fd, lines, len, at) != (ssize_t)len ||
		    fdatasync(fd) != 0)
			diag_die_errno(1, "cannot write '%s'", path);
		if (flushes < count)
			ns[flushes++] = clock_ns() - before;
		at += (off_t)len;
		done = due;
	}
	percentiles(ns, flushes);
	unlink(path);
	return 0;
}

/* Appends: wall seconds, CPU seconds, peak memory in KiB, exit status. */
static int measure(const char *path, char **argv)
{
	int64_t start = clock_ns();
	struct rusage used;
	int status;
	FILE *f;
	pid_t pid = fork();

	if (pid == 0) {
		execvp(argv[0], argv);
		diag_die_errno(127, "cannot run '%s'", argv[0]);
	}
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
		diag_die_errno(1, "cannot run '%s'", argv[0]);
	f = fopen(path, "a");
	if (!f)
		diag_die_errno(1, "cannot write '%s'", path);
	fprintf(f, "%.4f %.4f %ld %d\n", (double)(clock_ns() - start) / SECOND,
	    (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
		(double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6,
	    used.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128);
	if (fclose(f) != 0)
		diag_die_errno(1, "cannot write '%s'", path);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static uint64_t number(const char *s)
{
	return strtoull(s, NULL, 10);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	diag_init("bench");
	if (strcmp(verb, "traffic") == 0 && argc >= 4)
		return traffic(number(argv[2]), number(argv[3]),
		    argc > 4 ? number(argv[4]) : 1);
	if (strcmp(verb, "sink") == 0)
		return sink();
	if (strcmp(verb, "flush") == 0 && argc == 5)
		return flush(number(argv[2]), number(argv[3]), argv[4]);
	if (strcmp(verb, "measure") == 0 && argc >= 4)
		return measure(argv[2], argv + 3);
	diag_die(64, "unknown call");
}
