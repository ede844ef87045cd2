/* SPDX-License-Identifier: ISC */
/* Asking a person. */
#define _DEFAULT_SOURCE
#include "review/terminal.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
	WIDTH = 80,    /* of a terminal that does not say */
	READ_MAX = 4096,
	REST_MS = 30,  /* in which the rest of a key's bytes comes */
	STILL_MS = 100, /* after which a size is one that stays */
	CTRL_D = 4,
	CTRL_L = 12,
	ESCAPE = 27,
};

bool terminal_open(struct terminal *t, int in, int out)
{
	static const int taken[] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP,
	    SIGWINCH};

	*t = (struct terminal){.in = in, .out = out};
	t->keys = tcgetattr(in, &t->found) == 0;
	sigemptyset(&t->taken);
	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++)
		sigaddset(&t->taken, taken[i]);
	t->signals = signalfd(-1, &t->taken, SFD_CLOEXEC | SFD_NONBLOCK);
	if (t->signals < 0)
		return false;
	sigprocmask(SIG_BLOCK, &t->taken, &t->before);
	return true;
}

void terminal_close(struct terminal *t)
{
	close(t->signals);
	sigprocmask(SIG_SETMASK, &t->before, NULL);
	buf_release(&t->input);
}

void terminal_leave(struct terminal *t)
{
	sigprocmask(SIG_SETMASK, &t->before, NULL);
}

void terminal_return(struct terminal *t)
{
	sigprocmask(SIG_BLOCK, &t->taken, NULL);
}

size_t terminal_width(const struct terminal *t)
{
	struct winsize size;

	if (!isatty(t->out))
		return 0;
	if (ioctl(t->out, TIOCGWINSZ, &size) != 0 || !size.ws_col)
		return WIDTH;
	return size.ws_col;
}

void terminal_write(struct terminal *t, struct buf *b)
{
	while (b->len && !t->broken) {
		ssize_t n = write(t->out, b->data, b->len);

		if (n >= 0)
			buf_consume(b, (size_t)n);
		else if (errno != EINTR)
			t->broken = true;
	}
	buf_reset(b);
}

void terminal_flush(struct terminal *t)
{
	if (!t->keys)
		return;
	(void)tcflush(t->in, TCIFLUSH);
	buf_reset(&t->input);
	t->line = 0;
}

/* Single bytes, and not echoed; or as it was. */
static void set_raw(const struct terminal *t, bool raw)
{
	struct termios mode = t->found;

	if (raw) {
		mode.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		mode.c_cc[VMIN] = 1;
		mode.c_cc[VTIME] = 0;
	}
	(void)tcsetattr(t->in, TCSADRAIN, &mode);
}

/* Take the signals that are here; of those that do not end it one is returned,
 * 0 if there is none. */
static int take_signals(struct terminal *t)
{
	struct signalfd_siginfo info;
	int other = 0;

	while (read(t->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		int signal = (int)info.ssi_signo;

		if (signal != SIGWINCH && signal != SIGTSTP)
			t->signal = signal;
		else if (other != SIGTSTP)
			other = signal;
	}
	return other;
}

static bool readable(int fd, int ms)
{
	struct pollfd p = {fd, POLLIN, 0};

	return poll(&p, 1, ms) > 0;
}

/* Stop, as the signal asks, where somebody could make it go on. */
static void stop(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	kill(getpid(), SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/* What a signal asks for. Stopped, the terminal is another's; and a window that
 * is being dragged has many sizes, of which the last counts. */
static enum terminal_event obey(struct terminal *t)
{
	int signal = take_signals(t);

	if (!t->signal && signal == SIGTSTP) {
		if (t->keys)
			set_raw(t, false);
		stop();
	}
	while (!t->signal && signal == SIGWINCH &&
	    readable(t->signals, STILL_MS))
		(void)take_signals(t);
	return t->signal ? TERMINAL_END : TERMINAL_ANEW;
}

/* Read what is there once something is. */
static enum terminal_event fill(struct terminal *t, size_t max)
{
	struct pollfd p[2] = {{t->in, POLLIN, 0}, {t->signals, POLLIN, 0}};
	ssize_t n;

	if (t->ended || t->broken)
		return TERMINAL_END;
	while (poll(p, 2, -1) < 0) {
		if (errno != EINTR) {
			t->broken = true;
			return TERMINAL_END;
		}
	}
	if (p[1].revents)
		return obey(t);
	n = read(t->in, buf_room(&t->input, max), max);
	if (n > 0)
		t->input.len += (size_t)n;
	else if (n == 0)
		t->ended = true;
	else if (errno != EINTR && errno != EAGAIN)
		t->broken = true;
	return t->ended || t->broken ? TERMINAL_END : TERMINAL_INPUT;
}

/* What a terminal echoes ends the line that asks; else nothing does. */
static void end_line(struct terminal *t, bool echoed)
{
	struct buf b = BUF_EMPTY;

	if (!echoed)
		buf_addc(&b, '\n');
	terminal_write(t, &b);
	buf_release(&b);
}

enum terminal_event terminal_line(struct terminal *t, struct span *line)
{
	enum terminal_event event = TERMINAL_INPUT;
	const char *end;

	buf_consume(&t->input, t->line);
	t->line = 0;
	while (!(end = memchr(buf_span(&t->input).p, '\n', t->input.len)) &&
	    event != TERMINAL_END)
		event = fill(t, READ_MAX);
	end_line(t, end && t->keys);
	if (!end && (t->broken || t->signal || !t->input.len))
		return TERMINAL_END;
	/* The last line may lack its end. */
	*line = buf_span(&t->input);
	t->line = t->input.len;
	if (end) {
		line->n = (size_t)(end - line->p);
		t->line = line->n + 1;
	}
	return TERMINAL_INPUT;
}

/* Whether the byte is a key of its own: nothing comes behind it that belongs to
 * it. */
static bool is_key(const struct terminal *t, char byte)
{
	unsigned char c = (unsigned char)byte;

	if (c >= 0x20 && c < 0x7f)
		return true;
	if (c == ESCAPE || c >= 0x80) {
		(void)readable(t->in, REST_MS);
		(void)tcflush(t->in, TCIFLUSH);
	}
	return false;
}

static enum terminal_event raw_key(struct terminal *t, char *key)
{
	enum terminal_event event;
	struct buf echo = BUF_EMPTY;

	buf_reset(&t->input);
	t->line = 0;
	set_raw(t, true);
	event = fill(t, 1);
	*key = '\0';
	if (event == TERMINAL_INPUT && t->input.len) {
		char c = t->input.data[0];

		if (is_key(t, c))
			*key = c;
		if (c == CTRL_D)
			t->ended = true;
		if (c == CTRL_D || c == CTRL_L)
			event = c == CTRL_D ? TERMINAL_END : TERMINAL_ANEW;
	}
	set_raw(t, false);
	buf_reset(&t->input);
	if (*key)
		buf_addc(&echo, *key);
	buf_addc(&echo, '\n');
	terminal_write(t, &echo);
	buf_release(&echo);
	return event;
}

enum terminal_event terminal_key(struct terminal *t, char *key)
{
	enum terminal_event event;
	struct span line;

	if (t->keys)
		return raw_key(t, key);
	event = terminal_line(t, &line);
	*key = event == TERMINAL_INPUT && line.n ? line.p[0] : '\0';
	return event;
}
