/* SPDX-License-Identifier: ISC */
/* Fuzzes what a journal is made of: journal-fuzz lines|tree|writer COUNT
 * [SEED], in the folder that it is started in. Its lines, what stands for
 * pruned and erased ones and the notes of that; files SEQ.tree; and requests at
 * the socket of its writer. Prints what fails and exits 1. */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "journal/chain.h"
#include "journal/check.h"
#include "journal/journal.h"
#include "journal/notes.h"
#include "journal/segment.h"
#include "journal/tree-check.h"
#include "journal/tree.h"
#include "mangle.h"
#include "prune/notes.h"

#define HEX                                                                    \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define TIME "2026-11-28T12:00:00.000000Z"
#define ID "019aac21-0000-7000-8000-000000000000"

enum { LINES = 700, FIRST = 300 };

struct fuzz {
	struct mangle mangle;
	struct buf in;
	unsigned long taken;
	/* tree */
	struct buf tree;
	struct segment_list list;
	int dir;
	/* writer */
	struct journal_writer *writer;
	struct digest *proof;
	struct notes *notes;
	const char *path;
};

/* ---- lines */

static const char *const lines[] = {
    "1\t" HEX "\t# cup-journal 2 id=" ID " created=" TIME,
    "1-64\t" HEX "\t# pruned version=2 id=" ID " tree=" HEX,
    "65-70\t" HEX "\t# pruned",
    "71\t" HEX "\t# erased sha256=" HEX " " TIME " by=alice why=asked",
    "72\t" HEX "\t# pruned " TIME " 1-64 chain=" HEX " tree=" HEX
    " by=alice why=old",
    "73\t" HEX "\t# erasure " TIME " seq=71 by=alice why=asked",
    "74\t" HEX "\t# segment " TIME " id=" ID " previous=" HEX " version=2",
    "75\t" HEX "\t" ID "\t" TIME "\tn1\ts1\tsend\tpass\t-\t-\t<message/>\t-",
    "76\t" HEX "\t# closed " TIME,
};

static bool inside(struct span part, struct span whole)
{
	return !part.p || !part.n || (part.p >= whole.p &&
	    part.p + part.n <= whole.p + whole.n);
}

static bool fuzz_line(struct fuzz *f, struct journal_check *c, uint64_t number)
{
	struct journal_line l = {.segment = "00000000000000000001.log",
	    .line = number};
	struct span line, digest = {NULL, 0};
	struct prune_note note;

	mangle_text(&f->mangle, span_of(lines[mangle_below(&f->mangle,
	    sizeof(lines) / sizeof(*lines))]), &f->in);
	line = buf_span(&f->in);
	if (!journal_take(line, &l)) {
		check_lose(c);
		return l.seq == 0;
	}
	f->taken++;
	if (!l.seq || !l.from || l.from > l.seq || !inside(l.chain, line) ||
	    l.chain.n != DIGEST_HEX || !inside(l.text, line))
		return false;
	if (journal_erased(l.text, &digest) && !inside(digest, line))
		return false;
	if (prune_note_read(&note, l.text) && (!note.from ||
		note.from > note.to || !inside(note.by, line) ||
		!inside(note.why, line) || !inside(note.time, line)))
		return false;
	(void)check_whole(l.text);
	(void)journal_version(l.text);
	(void)check_differs(c, &l);
	(void)check_line(c, &l);
	return true;
}

static bool fuzz_lines(struct fuzz *f)
{
	struct journal_check c;
	bool ok = true;

	check_init(&c);
	check_begin(&c);
	for (uint64_t i = 1; ok && i < 12; i++)
		ok = fuzz_line(f, &c, i);
	check_release(&c);
	return ok;
}

/* ---- SEQ.tree */

/* A journal of two segments whose lines follow from one another. */
static void write_journal(const char *dir)
{
	struct digest *d = digest_new(NULL, 0);
	char chain[DIGEST_HEX], digest[DIGEST_HEX], path[128], text[256];
	FILE *out = NULL;

	memcpy(chain, journal_zeros, DIGEST_HEX);
	for (uint64_t seq = 1; seq <= LINES; seq++) {
		int n = snprintf(text, sizeof(text), "text %" PRIu64, seq);

		if (seq == 1 || seq == FIRST) {
			if (out)
				fclose(out);
			snprintf(path, sizeof(path), "%s/%020" PRIu64 ".log",
			    dir, seq);
			out = fopen(path, "w");
			n = seq == 1
			    ? snprintf(text, sizeof(text), "# cup-journal 2 id="
				  ID " created=" TIME)
			    : snprintf(text, sizeof(text), "# segment " TIME
				  " id=" ID " previous=%.64s version=2", chain);
		}
		journal_digest(d, (struct span){text, (size_t)n}, digest);
		journal_chain(d, chain, seq, digest, chain);
		fprintf(out, "%" PRIu64 "\t%.64s\t%s\n", seq, chain, text);
	}
	fclose(out);
	digest_free(d);
}

static const char tree_file[] = "00000000000000000001.tree";

static void begin_tree(struct fuzz *f)
{
	const char *why;
	struct journal_tree *t;
	uint64_t size;
	ssize_t n;
	int fd;

	write_journal(f->path);
	t = tree_open(f->path, &why);
	if (!t || !tree_size(t, &size) || !tree_write(t, 1))
		abort();
	tree_close(t);
	f->dir = open(f->path, O_RDONLY | O_DIRECTORY);
	fd = openat(f->dir, tree_file, O_RDONLY);
	n = read(fd, buf_room(&f->tree, 65536), 65536);
	close(fd);
	if (n <= 0 || !segment_list_read(&f->list, f->dir))
		abort();
	f->tree.len = (size_t)n;
}

/* Damaged, it is either not taken for one, or gives some hashes; and what
 * checks it finds the damage. */
static bool fuzz_tree(struct fuzz *f)
{
	const char *why;
	struct journal_tree *t = tree_open(f->path, &why);
	unsigned char hash[MERKLE_HASH];
	char name[JOURNAL_NAME];
	uint64_t size = 0;
	bool found, same;
	int fd;

	mangle_text(&f->mangle, buf_span(&f->tree), &f->in);
	fd = openat(f->dir, tree_file, O_WRONLY | O_TRUNC);
	if (fd < 0 || write(fd, f->in.data, f->in.len) != (ssize_t)f->in.len ||
	    close(fd) != 0 || !t || !tree_size(t, &size))
		abort();
	for (unsigned level = 0; level < 10; level++)
		f->taken += tree_node(t, level,
		    mangle_below(&f->mangle, LINES >> level), hash);
	(void)tree_range(t, 1 + mangle_below(&f->mangle, 290), 295, hash);
	(void)merkle_root(size, tree_node, t, hash);
	tree_close(t);
	found = tree_check_files(f->dir, &f->list, name);
	same = span_same(buf_span(&f->in), buf_span(&f->tree));
	return found != same;
}

/* ---- the writer's socket */

static const char *const requests[] = {"segment\n",
    "pruned 1-1 chain=" HEX " tree=" HEX " by=alice why=old\n",
    "erasure seq=1 by=alice why=asked\n", "what is this\n", "\n"};

static void begin_writer(struct fuzz *f)
{
	static struct journal_tail tail;
	struct journal_error e = {.fault = 0};
	struct journal_settings set = {.path = f->path,
	    .segment_size = JOURNAL_SEGMENT, .out = STDOUT_FILENO};

	f->proof = set.proof = digest_new(NULL, 0);
	f->writer = writer_open(&set, &tail, &e);
	f->notes = f->writer ? notes_open(f->writer) : NULL;
	if (!f->notes)
		abort();
}

static size_t count(struct span s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

/* An answer is "SEQ:CHAIN" or "error: WORDS". */
static bool answers(struct span all, size_t want)
{
	struct span rest = all;
	const char *lf;

	if (count(all, '\n') > want)
		return false;
	while ((lf = memchr(rest.p, '\n', rest.n))) {
		struct span line = {rest.p, (size_t)(lf - rest.p)}, seq = line;
		const char *colon = memchr(line.p, ':', line.n);
		uint64_t n;

		seq.n = colon ? (size_t)(colon - line.p) : 0;
		if (!span_is(seq, "error") &&
		    (!journal_number(seq, &n) || line.n != seq.n + 65))
			return false;
		rest = (struct span){lf + 1, rest.n - line.n - 1};
	}
	return rest.n == 0;
}

static void talk(struct fuzz *f, int fd, struct buf *answer)
{
	size_t sent = 0;
	ssize_t n;

	for (int idle = 0; idle < 4;) {
		size_t part = mangle_below(&f->mangle, 200) + 1;

		part = part < f->in.len - sent ? part : f->in.len - sent;
		n = part ? send(fd, f->in.data + sent, part,
			       MSG_NOSIGNAL | MSG_DONTWAIT)
			 : 0;
		sent += n > 0 ? (size_t)n : 0;
		if (!notes_serve(f->notes))
			abort();
		idle += n <= 0;
		n = recv(fd, buf_room(answer, 4096), 4096, MSG_DONTWAIT);
		answer->len += n > 0 ? (size_t)n : 0;
		if (n == 0)
			return;
	}
}

static bool fuzz_writer(struct fuzz *f)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct buf all = BUF_EMPTY, answer = BUF_EMPTY;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	bool ok;

	for (size_t i = mangle_below(&f->mangle, 6); i-- > 0;)
		buf_adds(&all, requests[mangle_below(&f->mangle,
		    sizeof(requests) / sizeof(*requests))]);
	mangle_text(&f->mangle, buf_span(&all), &f->in);
	snprintf(un.sun_path, sizeof(un.sun_path), "%s/writer", f->path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&un, sizeof(un)) != 0)
		abort();
	talk(f, fd, &answer);
	ok = answers(buf_span(&answer), count(buf_span(&f->in), '\n'));
	f->taken += count(buf_span(&answer), ':') > 0;
	close(fd);
	if (!notes_serve(f->notes))
		abort();
	buf_release(&all);
	buf_release(&answer);
	return ok;
}

/* What was taken in is a journal. */
static bool end_writer(struct fuzz *f)
{
	struct journal_error e = {.fault = 0};
	enum journal_item item = JOURNAL_ERROR;
	struct journal_line l;
	struct journal_reader *j;
	const char *why;

	notes_close(f->notes);
	if (!writer_close(f->writer, &e))
		return false;
	digest_free(f->proof);
	j = journal_open(f->path, true, &why);
	while (j && ((item = journal_next(j, &l)) == JOURNAL_NOTE))
		;
	journal_close(j);
	return item == JOURNAL_END;
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "lines";
	unsigned long times = argc > 2 ? strtoul(argv[2], NULL, 10) : 10000;
	unsigned long seed = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;
	char dir[] = "journal-fuzz-XXXXXX";
	static struct fuzz f;
	bool ok = true;

	f.path = mkdtemp(dir);
	if (!f.path)
		return 1;
	if (*kind == 't')
		begin_tree(&f);
	else if (*kind == 'w')
		begin_writer(&f);
	for (unsigned long i = 0; i < times && ok; i++) {
		f.mangle.state = (seed + i) * 0xd6e8feb86659fd93u;
		ok = *kind == 't'    ? fuzz_tree(&f)
		    : *kind == 'w' ? fuzz_writer(&f)
				   : fuzz_lines(&f);
		if (!ok)
			printf("%s, seed %lu:\n%s\n", kind, seed + i,
			    f.in.data);
	}
	if (*kind == 'w' && !end_writer(&f))
		ok = false;
	printf("%lu of %s, %lu taken\n", times, kind, f.taken);
	buf_release(&f.in);
	buf_release(&f.tree);
	segment_list_release(&f.list);
	return !ok;
}
