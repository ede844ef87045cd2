/* SPDX-License-Identifier: ISC */
/* Diagnostics on stderr. */
#include "base/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"

enum { DIAG_MAX = 2048 };

static const char *program = "cup";

void diag_init(const char *argv0)
{
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL;

	if (argv0)
		program = slash ? slash + 1 : argv0;
}

const char *diag_name(void)
{
	return program;
}

/* Copy text to out, making what a terminal could act on visible. */
static size_t escape(char *out, size_t size, const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 8 < size;) {
		size_t step = utf8_char(text + i, len - i);
		unsigned char c = (unsigned char)text[i];
		bool c1 = step == 2 && c == 0xc2 &&
		    (unsigned char)text[i + 1] < 0xa0;

		if (step == 0 || c < 0x20 || c == 0x7f || c1) {
			step = step ? step : 1;
			for (size_t k = 0; k < step; k++)
				n += (size_t)snprintf(out + n, size - n,
				    "\\x%02x", (unsigned char)text[i + k]);
		} else {
			memcpy(out + n, text + i, step);
			n += step;
		}
		i += step;
	}
	return n;
}

static void __attribute__((format(printf, 2, 0)))
report(int error, const char *format, va_list ap)
{
	char text[DIAG_MAX], line[DIAG_MAX * 2];
	int len = vsnprintf(text, sizeof(text), format, ap);
	size_t n;

	if (len < 0)
		return;
	if ((size_t)len >= sizeof(text))
		len = (int)sizeof(text) - 1;
	n = (size_t)snprintf(line, 128, "%.100s: ", program);
	n += escape(line + n, sizeof(line) - 256 - n, text, (size_t)len);
	if (error)
		n += (size_t)snprintf(line + n, 200, ": %s", strerror(error));
	line[n++] = '\n';
	/* One write a line, so that lines of several stages do not mix. */
	if (write(STDERR_FILENO, line, n) < 0)
		return;
}

#define REPORT(error)                                                          \
	do {                                                                   \
		va_list ap;                                                    \
		va_start(ap, format);                                          \
		report(error, format, ap);                                     \
		va_end(ap);                                                    \
	} while (0)

void diag_warn(const char *format, ...)
{
	int saved = errno;

	REPORT(0);
	errno = saved;
}

void diag_warn_errno(const char *format, ...)
{
	int saved = errno;

	REPORT(saved);
	errno = saved;
}

void diag_whole(const char *what, const char *line, size_t len)
{
	int saved = errno;
	/* A byte takes at most four, and a prefix stands before them. */
	size_t size = 4 * len + DIAG_MAX, n, done = 0;
	char *text = malloc(size);

	if (!text) {
		diag_warn("%s: %.*s", what, (int)len, line);
		return;
	}
	n = (size_t)snprintf(text, DIAG_MAX - 16, "%.100s: %s: ", program,
	    what);
	n += escape(text + n, size - n - 1, line, len);
	text[n++] = '\n';
	while (done < n) {
		ssize_t w = write(STDERR_FILENO, text + done, n - done);

		if (w < 0 && errno != EINTR)
			break;
		done += w > 0 ? (size_t)w : 0;
	}
	free(text);
	errno = saved;
}

void diag_lines(const char *lines)
{
	while (*lines) {
		size_t n = strcspn(lines, "\n");

		diag_warn("%.*s", (int)n, lines);
		lines += n + (lines[n] == '\n');
	}
}

void diag_die(int code, const char *format, ...)
{
	REPORT(0);
	exit(code);
}

void diag_die_errno(int code, const char *format, ...)
{
	int saved = errno;

	REPORT(saved);
	exit(code);
}
