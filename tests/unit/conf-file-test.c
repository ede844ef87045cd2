/* SPDX-License-Identifier: ISC */
/* A node's file of settings: opened, saved, brought back. */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "node/conf-file.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "tap.h"

#define GOOD                                                                   \
	"listen tcp:*:5222\nserver tcp:127.0.0.1:5322\ndomain a.example\n"     \
	"policy /p\njournal /j\n"

static char dir[] = "conf-file.XXXXXX";

static void test_absent(void)
{
	struct conf_file f;
	const char *fault = conf_file_open(&f, "/nowhere", "n1", false);

	OK(fault && errno == ENOENT && !f.path, "no folder");
	conf_file_close(&f);
	fault = conf_file_open(&f, dir, "n1", false);
	OK(fault && errno == ENOENT && f.path, "no file");
	conf_file_close(&f);
	fault = conf_file_open(&f, dir, "n1", true);
	OK(!fault && !f.there, "none needed to make one");
	conf_file_close(&f);
}

static enum conf_file_saved save(const char *text, struct buf *out,
    struct buf *mistakes)
{
	enum conf_file_saved how;
	const char *step = NULL;
	struct conf_file f;

	conf_file_open(&f, dir, "n1", true);
	buf_reset(out);
	buf_reset(mistakes);
	how = conf_file_save(&f, span_of(text), out, mistakes, &step);
	conf_file_close(&f);
	return how;
}

static void test_save(void)
{
	struct buf out = BUF_EMPTY, bad = BUF_EMPTY;

	OK(save("user\n" GOOD, &out, &bad) == CONF_FILE_MISTAKEN && bad.len &&
	    !out.len, "a mistake is not saved");
	OK(save(GOOD, &out, &bad) == CONF_FILE_SAVED &&
	    strstr(buf_str(&out), "to start the node: cup-node n1"), "saved");
	OK(save(GOOD, &out, &bad) == CONF_FILE_SAME && !out.len,
	    "the same again is none");
	OK(save(GOOD "heads /h\n", &out, &bad) == CONF_FILE_SAVED,
	    "a change");
	SAME(buf_str(&out), "+heads /h\nsaved; takes effect with: "
	    "cup-node --reload n1\n", "  which is told");
	buf_release(&out);
	buf_release(&bad);
}

static void test_version(void)
{
	struct buf text = BUF_EMPTY;
	struct conf_file f;
	size_t count = 0;

	conf_file_open(&f, dir, "n1", false);
	OK(conf_file_version(&f, 1, &text, &count), "an earlier version");
	SAME(buf_str(&text), GOOD, "  as it was");
	OK(!conf_file_version(&f, 2, &text, &count) && !errno && count == 1,
	    "and no more");
	OK(!conf_file_version(&f, 0, &text, &count) && !errno, "none is 0");
	conf_file_close(&f);
	buf_release(&text);
}

int main(void)
{
	char clear[sizeof(dir) + 16];

	if (!mkdtemp(dir))
		return 1;
	test_absent();
	test_save();
	test_version();
	snprintf(clear, sizeof(clear), "rm -r %s", dir);
	return system(clear) != 0 || tap_done();
}
