/* SPDX-License-Identifier: ISC */
/* walk FILE [N]: goes with a person through what is held in a file of records,
 * with N messages around each, as cup-review -i does. What is settled is
 * appended to the file "settled", unless that says that it fails. What the file
 * "remarks" has is remarked of the first. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/mem.h"
#include "journal/source.h"
#include "review/walk.h"

struct held {
	struct walk_item *item;
	size_t items;
};

static void each(const char *path, struct context *c, struct held *h)
{
	enum source_item item;
	struct source s;
	struct record r;
	const char *why;

	if (!source_open(&s, path, &why))
		diag_die_errno(EX_NOINPUT, "'%s' %s", path, why);
	while ((item = source_next(&s, &r)) != SOURCE_END) {
		if (item != SOURCE_RECORD)
			continue;
		if (!h) {
			context_add(c, &r, s.line);
			continue;
		}
		if (r.verdict != VERDICT_HOLD)
			continue;
		context_want(c, &r);
		h->item = mem_resize(h->item, h->items + 1, sizeof(*h->item));
		h->item[h->items++] = (struct walk_item){
		    .line = {mem_dup(s.line.p, s.line.n), s.line.n}};
	}
	source_release(&s);
}

static bool settle(void *arg, struct span id, enum review_verdict v,
    struct span why, struct span to, struct buf *answer)
{
	FILE *f = fopen("settled", "a");

	(void)arg;
	if (span_is(why, "fail")) {
		buf_adds(answer, "anna released it \033[1mbefore");
		fclose(f);
		return false;
	}
	if (span_is(why, "half"))
		buf_adds(answer, "one more must release it");
	fprintf(f, "%.*s %s '%.*s' '%.*s'\n", SPAN_ARG(id),
	    review_verdict_name(v), SPAN_ARG(why), SPAN_ARG(to));
	return fclose(f) == 0;
}

static struct span remarks(struct buf *b)
{
	int fd = open("remarks", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return (struct span){"", 0};
	while ((n = read(fd, buf_room(b, 4096), 4096)) > 0)
		b->len += (size_t)n;
	close(fd);
	return buf_span(b);
}

int main(int argc, char **argv)
{
	struct context *c;
	struct held h = {NULL, 0};
	struct buf said = BUF_EMPTY;
	struct walk_result result;
	struct walk w = {.in = STDIN_FILENO, .out = STDOUT_FILENO,
	    .settle = settle};

	diag_init(argv[0]);
	if (argc < 2)
		diag_die(EX_USAGE, "no file given");
	c = context_new(argc > 2 ? strtoul(argv[2], NULL, 10) : 0);
	each(argv[1], c, &h);
	each(argv[1], c, NULL);
	if (h.items)
		h.item[0].remarks = remarks(&said);
	w.item = h.item;
	w.items = h.items;
	w.context = c;
	w.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	result = walk(&w);
	for (size_t i = 0; i < h.items; i++)
		free((char *)(uintptr_t)h.item[i].line.p);
	free(h.item);
	buf_release(&said);
	context_free(c);
	if (result.broken)
		diag_die_errno(EX_IOERR, "cannot ask");
	printf("signal %d\n", result.signal);
	return result.failed > 0;
}
