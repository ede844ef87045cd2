/* SPDX-License-Identifier: ISC */
/* The store of files as it is read, and the line that tells of a slot. */
#include "record/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "record/slot.h"
#include "tap.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define URL "https://files.acme.example/x/plan%20b.pdf?t=1"
#define SLOT_URL "http://h/x%25?t"
#define SLOT "slot\t" SLOT_URL "\thttp://h/g\ta@b/c\ts1\tplan.pdf\t17\t"

static const struct files_entry known = {
    .sha256 = {HEX, DIGEST_HEX},
    .size = 17,
    .name = {"a\nplan 100%\t", 12},
    .from = {"a@b/c d", 7},
    .url = {URL, sizeof(URL) - 1},
    .state = FILES_REFUSED,
};

static void entry_is_same(void)
{
	struct buf lines = BUF_EMPTY, chars = BUF_EMPTY;
	struct files_entry e;

	files_entry_write(&lines, &known);
	OK(files_entry_read(&e, buf_span(&lines), &chars), "an entry is read");
	OK(span_same(e.name, known.name) && span_same(e.url, known.url) &&
		span_same(e.from, known.from) && !e.type.n && e.size == 17 &&
		e.state == FILES_REFUSED && span_same(e.sha256, known.sha256),
	    "and is what was written");
	buf_adds(&lines, "later whatever\n");
	OK(files_entry_read(&e, buf_span(&lines), &chars),
	    "what a later version says is passed over");
	lines.len--;
	OK(!files_entry_read(&e, buf_span(&lines), &chars),
	    "a line that is cut off is none");
	buf_release(&lines);
	buf_release(&chars);
}

static void entry_is_none(void)
{
	static const char *const bad[] = {"", "size 17\nstate granted\n",
	    "sha256 " HEX "\nstate granted\n", "sha256 " HEX "\nsize 17\n",
	    "sha256 " HEX "\nsize x\nstate granted\n",
	    "sha256 " HEX "\nsize 17\nstate other\n",
	    "sha256 " HEX "0\nsize 17\nstate granted\n"};
	struct buf chars = BUF_EMPTY;
	struct files_entry e;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		OK(!files_entry_read(&e, span_of(bad[i]), &chars),
		    "what lacks something, or has it wrong, is none");
	buf_release(&chars);
}

static void write_file(const char *path, struct span text)
{
	FILE *f = fopen(path, "w");

	if (!f || fwrite(text.p, 1, text.n, f) != text.n || fclose(f) != 0)
		abort();
}

static void entry_is_found(void)
{
	struct buf path = BUF_EMPTY, lines = BUF_EMPTY, chars = BUF_EMPTY;
	struct files_entry e;

	OK(files_find(".", span_of(URL), &e, &chars) == 0, "it is not known");
	files_url_path(&path, ".", span_of(URL));
	mkdir("url", 0700);
	(void)buf_str(&path);
	*strrchr(path.data, '/') = '\0';
	mkdir(path.data, 0700);
	buf_reset(&path);
	files_url_path(&path, ".", span_of(URL));
	files_entry_write(&lines, &known);
	write_file(buf_str(&path), buf_span(&lines));
	OK(files_find(".", span_of(URL), &e, &chars) == 1 &&
		e.state == FILES_REFUSED, "it is known");
	OK(files_find(".", span_of(URL "#page=2"), &e, &chars) == 1,
	    "and at a place in it");
	OK(files_find(".", span_of(URL "2"), &e, &chars) == 0,
	    "another URL is not");
	write_file(buf_str(&path), span_of("nonsense"));
	OK(files_find(".", span_of(URL), &e, &chars) == -1 &&
		errno == EBADMSG, "what makes no sense is said");
	buf_release(&path);
	buf_release(&lines);
	buf_release(&chars);
}

static void slot_is_same(void)
{
	struct slot s = {.put = span_of(URL), .get = span_of("http://h/g"),
	    .from = span_of("a@b/c d"), .session = span_of("s1"),
	    .name = span_of("-"), .size = 17};
	struct slot got;
	struct buf line = BUF_EMPTY, chars = BUF_EMPTY;

	slot_write(&line, &s);
	SAME(slot_read(&got, (struct span){line.data, line.len - 1}, &chars),
	    NULL, "a slot's line is read");
	OK(span_same(got.put, s.put) && span_same(got.get, s.get) &&
		span_same(got.from, s.from) && span_same(got.name, s.name) &&
		span_same(got.session, s.session) && got.size == 17 &&
		!got.type.n, "and is what was written");
	buf_release(&line);
	buf_release(&chars);
}

static void slot_is_none(void)
{
	static const struct {
		const char *line, *why;
	} bad[] = {
	    {SLOT "-", NULL},
	    {SLOT "-\t-", "has too many fields"},
	    {"slot\t" SLOT_URL, "has too few fields"},
	    {"plot\t" SLOT_URL, "tells of no slot"},
	    {"slot\t" SLOT_URL "\thttp://h/g\ta@b\ts1\tn\tx\t-", "has a bad size"},
	    {"slot\t" SLOT_URL "\thttp://h/g\ta@b\ts%202\tn\t1\t-",
		"has a bad session"},
	    {"slot\t" SLOT_URL "\thttp://h/g\ta@b\ts1\t-\t1\t-", "has a bad name"},
	    {"slot\t" SLOT_URL "\thttp://h/g\ta@b\ts1\t%0A\t1\t-",
		"has a bad name"},
	    {"slot\t" SLOT_URL "\thttp://h/g\ta@b\ts1\t%FF\t1\t-",
		"has a bad name"},
	    {"slot\t" SLOT_URL "\thttp://h/g#x\ta@b\ts1\tn\t1\t-",
		"has a bad URL"},
	    {"slot\t" SLOT_URL "\thttp://h\ta@b\ts1\tn\t1\t-", "has a bad URL"},
	    {"slot\tfile:///x\thttp://h/g\ta@b\ts1\tn\t1\t-",
		"has a bad URL"},
	};
	struct buf chars = BUF_EMPTY;
	struct slot s;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *why =
		    slot_read(&s, span_of(bad[i].line), &chars);

		SAME(why, bad[i].why, bad[i].why ? bad[i].why : "a good one");
	}
	buf_release(&chars);
}

static void url_is_split(void)
{
	struct span target = slot_target(span_of(URL));
	struct span site = slot_site(span_of(URL));

	OK(span_is(target, "/x/plan%20b.pdf?t=1"), "a URL's target");
	OK(span_is(site, "https://files.acme.example"), "and its site");
}

int main(void)
{
	entry_is_same();
	entry_is_none();
	entry_is_found();
	slot_is_same();
	slot_is_none();
	url_is_split();
	return tap_done();
}
