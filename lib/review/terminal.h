/* SPDX-License-Identifier: ISC */
/* Where a person is asked: single keys where that is a terminal, lines where it
 * is none; and its signals, one after another. */
#ifndef REVIEW_TERMINAL_H
#define REVIEW_TERMINAL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "base/buf.h"
#include "base/span.h"

struct terminal {
	int in, out;
	bool keys;	      /* in is a terminal */
	struct termios found; /* how it was */
	int signals;	      /* a signalfd */
	sigset_t taken, before; /* blocked here; and when it began */
	struct buf input;     /* that was read; line bytes of it are taken */
	size_t line;
	bool ended, broken;   /* in ended; reading or writing failed: errno */
	int signal;	      /* that asks to end; 0: none */
};

enum terminal_event {
	TERMINAL_INPUT,
	TERMINAL_ANEW, /* it has another size, or was stopped for a while: what
			* is shown is to be shown again */
	TERMINAL_END,  /* of the input, or by a signal or fault */
};

/* Begin with it, and block the signals that are taken here: SIGINT, SIGTERM,
 * SIGHUP, SIGTSTP and SIGWINCH. False with errno. */
bool terminal_open(struct terminal *, int in, int out);
void terminal_close(struct terminal *);

/* Give the signals back for a while, in which something else may take long. */
void terminal_leave(struct terminal *);
void terminal_return(struct terminal *);

/* The columns of out; 0: it is no terminal. */
size_t terminal_width(const struct terminal *);

/* Write all of it and empty it. */
void terminal_write(struct terminal *, struct buf *);

/* Forget what was typed before it was asked for. */
void terminal_flush(struct terminal *);

/* Wait for a key, which is echoed with a line feed behind it; of a key that
 * sends several bytes, '\0' for all of them. Without keys: the first byte of a
 * line, '\0' of an empty one. */
enum terminal_event terminal_key(struct terminal *, char *key);

/* Wait for a line, which is without its line feed and stays until the next
 * call; never TERMINAL_ANEW. */
enum terminal_event terminal_line(struct terminal *, struct span *);

#endif
