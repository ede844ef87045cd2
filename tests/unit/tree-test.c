/* SPDX-License-Identifier: ISC */
/* The tree over a journal: every subtree is the one of its lines, whatever is
 * there of SEQ.tree. */
#define _XOPEN_SOURCE 700
#include "journal/tree.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "journal/chain.h"
#include "journal/segment.h"

#include "tap.h"

enum { LINES = 1400 };

static const char id[] = "019aac21-0000-7000-8000-000000000000";
static const char time_[] = "2026-11-28T12:00:00.000000Z";

/* First lines of segments: one within a block, one at the end of one, one of
 * exactly some blocks. */
static const uint64_t begins[] = {1, 11, 201, 264, 513, 1025, LINES + 1};

static char dir[] = "/tmp/tree-test-XXXXXX";
static char chain[LINES + 1][DIGEST_HEX];
static unsigned char leaf[LINES][MERKLE_HASH];

static char *path_of(uint64_t first, const char *end)
{
	static char path[96];

	snprintf(path, sizeof(path), "%s/%020" PRIu64 "%s", dir, first, end);
	return path;
}

/* Lines from..to-1, appended to a segment. */
static void write_lines(uint64_t segment, uint64_t from, uint64_t to)
{
	struct digest *d = digest_new(NULL, 0);
	FILE *f = fopen(path_of(segment, ".log"), "a");
	char text[256], digest[DIGEST_HEX];

	for (uint64_t seq = from; seq < to; seq++) {
		int n = snprintf(text, sizeof(text), "text %" PRIu64, seq);

		if (seq == 1)
			n = snprintf(text, sizeof(text),
			    "# cup-journal 2 id=%s created=%s", id, time_);
		else if (seq == segment)
			n = snprintf(text, sizeof(text),
			    "# segment %s id=%s previous=%.64s version=2",
			    time_, id, chain[seq - 1]);
		journal_digest(d, (struct span){text, (size_t)n}, digest);
		journal_chain(d, chain[seq - 1], seq, digest, chain[seq]);
		tree_leaf(seq, digest, leaf[seq - 1]);
		fprintf(f, "%" PRIu64 "\t%.64s\t%s\n", seq, chain[seq], text);
	}
	fclose(f);
	digest_free(d);
}

static void naive(unsigned level, uint64_t index, unsigned char *out)
{
	unsigned char right[MERKLE_HASH];

	if (level == 0) {
		memcpy(out, leaf[index], MERKLE_HASH);
		return;
	}
	naive(level - 1, 2 * index, out);
	naive(level - 1, 2 * index + 1, right);
	merkle_node(out, right, out);
}

/* How many subtrees of that size are not those of the lines. */
static int wrong(struct journal_tree *t, uint64_t size)
{
	unsigned char got[MERKLE_HASH], want[MERKLE_HASH];
	int bad = 0;

	for (unsigned level = 0; size >> level; level++) {
		for (uint64_t i = 0; i < size >> level; i++) {
			naive(level, i, want);
			if (!tree_node(t, level, i, got) ||
			    memcmp(got, want, sizeof(got)) != 0)
				bad++;
		}
	}
	return bad;
}

static struct journal_tree *opened(uint64_t *size)
{
	const char *why;
	struct journal_tree *t = tree_open(dir, &why);

	if (!t || !tree_size(t, size))
		printf("# %s\n", t ? tree_why(t) : why);
	return t;
}

static void test_all(const char *name)
{
	uint64_t size = 0;
	unsigned char out[MERKLE_HASH];
	struct journal_tree *t = opened(&size);

	OK(size == LINES, "all lines are in the tree");
	if (!OK(wrong(t, size) == 0, name))
		printf("# %s\n", tree_why(t));
	OK(!tree_node(t, 0, LINES, out) && !tree_node(t, 11, 0, out) &&
		!tree_node(t, 64, 0, out),
	    "  what is beyond the end is not given");
	tree_close(t);
}

static void test_growth(void)
{
	uint64_t size = 0;
	struct journal_tree *t;

	write_lines(1, 1, 8);
	t = opened(&size);
	OK(size == 7 && wrong(t, 7) == 0, "a journal that was begun");
	for (size_t i = 0; i + 1 < sizeof(begins) / sizeof(*begins); i++) {
		write_lines(begins[i], i ? begins[i] : 8, begins[i + 1]);
		OK(tree_size(t, &size) && size == begins[i + 1] - 1 &&
			wrong(t, size) == 0,
		    "  goes on, also in another segment");
	}
	tree_close(t);
}

static void test_write(void)
{
	uint64_t size = 0;
	struct journal_tree *t = opened(&size);

	OK(!tree_write(t, begins[5]), "the open segment has no file");
	for (int i = 0; i < 5; i++)
		OK(tree_write(t, begins[i]) &&
			access(path_of(begins[i], ".tree"), R_OK) == 0,
		    "a closed one has");
	OK(!tree_write(t, 12), "what is no segment has none");
	tree_close(t);
	test_all("with all files");
}

/* Any byte of a file changed: what needs lines finds it. */
static void test_damage(void)
{
	char *path = path_of(264, ".tree");
	uint64_t size = 0;
	struct journal_tree *t;
	unsigned char got[MERKLE_HASH], want[MERKLE_HASH];
	FILE *f = fopen(path, "r+");

	/* The first block: behind the head and 56 leaves. */
	fseek(f, 40 + 57 * 32, SEEK_SET);
	fputc('x', f);
	fclose(f);
	t = opened(&size);
	naive(0, 330, want);
	OK(tree_node(t, 0, 330, got) && memcmp(got, want, sizeof(got)) == 0 &&
		wrong(t, size) == 0,
	    "a file that is not of its lines is not believed");
	tree_close(t);
	truncate(path, 4000);
	test_all("nor is one that is cut off");
	unlink(path);
	test_all("and none need be there");
}

/* Lines 11 to 200 are removed; their tree stays. */
static void test_pruned(void)
{
	uint64_t size = 0;
	unsigned char before[DIGEST_RAW], after[DIGEST_RAW], out[MERKLE_HASH];
	struct journal_tree *t = opened(&size);
	FILE *f;

	OK(tree_range(t, 11, 200, before), "the hash of a range");
	OK(!tree_range(t, 0, 5, after) && !tree_range(t, 9, 8, after) &&
		!tree_range(t, 9, LINES + 1, after),
	    "  that is none");
	tree_close(t);
	f = fopen(path_of(11, ".log"), "w");
	fprintf(f, "11-200\t%.64s\t# pruned\n", chain[200]);
	fclose(f);
	t = opened(&size);
	OK(size == LINES && tree_range(t, 11, 200, after) &&
		memcmp(before, after, sizeof(after)) == 0,
	    "  is the same when it is pruned");
	naive(10, 0, before);
	OK(tree_node(t, 10, 0, out) && memcmp(out, before, sizeof(out)) == 0,
	    "what has pruned lines in it is still proved");
	OK(!tree_node(t, 0, 100, out), "they themselves are not");
	tree_close(t);
	unlink(path_of(11, ".tree"));
	t = opened(&size);
	OK(!tree_node(t, 6, 2, out), "without their tree there is no proof");
	tree_close(t);
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	memcpy(chain[0], journal_zeros, DIGEST_HEX);
	test_growth();
	test_all("without any file");
	test_write();
	test_damage();
	test_pruned();
	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++) {
		unlink(path_of(begins[i], ".log"));
		unlink(path_of(begins[i], ".tree"));
	}
	rmdir(dir);
	return tap_done();
}
