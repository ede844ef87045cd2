/* SPDX-License-Identifier: ISC */
/* The index of a segment has every record under every key of it, and one that
 * is not as it was made never hides any. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/out.h"
#include "journal/frames.h"
#include "journal/index-keys.h"
#include "journal/index-sort.h"
#include "journal/index.h"
#include "journal/segment.h"
#include "tap.h"

enum { RECORDS = 4000, CHANGES = 150 };

static int dir;
static struct buf plain, packed, made;

static void add_line(unsigned n)
{
	buf_addf(&plain, "%u\t%064x\t", n, n * 7);
	if (n == 1)
		buf_adds(&plain, "# cup-journal 2 id=x created=y");
	else if (n % 500 == 0)
		buf_adds(&plain, "garbage");
	else
		buf_addf(&plain,
		    "019aac21-0000-7000-8000-%012x\t"
		    "2026-11-22T21:%02u:%02u.000000Z\tnode%u\ts%u\tsend\t%s\t"
		    "wall@0b: words; pan%u@0a\t-\t<message "
		    "xmlns=\"jabber:client\" from=\"User%u@acme.example/pc\" "
		    "to=\"user%u@acme.example\" id=\"m%u\"><body>%0*u</body>"
		    "</message>\t-",
		    n, n / 100 % 60, n % 60, n % 3, n % 40,
		    n % 7 ? "pass" : "reject", n % 1000, n % 900, n % 800, n,
		    (int)(n % 1500), n);
	buf_addc(&plain, '\n');
}

static void write_file(const char *name, struct span bytes)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || !out_write(fd, bytes.p, bytes.n))
		exit(1);
	close(fd);
}

static void pack(void)
{
	struct packer *p = packer_new();
	struct span rest = buf_span(&plain);

	while (rest.n) {
		size_t n = packer_take(rest.p, rest.n, false);

		packer_add(p, (struct span){rest.p, n}, &packed);
		rest = (struct span){rest.p + n, rest.n - n};
	}
	packer_free(p);
}

static void read_index(void)
{
	int fd = openat(dir, "00000000000000000001.index", O_RDONLY);
	ssize_t n;

	buf_reset(&made);
	while ((n = read(fd, buf_room(&made, 65536), 65536)) > 0)
		made.len += (size_t)n;
	close(fd);
}

static struct index *open_it(void)
{
	char name[JOURNAL_NAME];
	int fd = segment_open(dir, 1, name);
	struct index *x = index_open(dir, 1, fd);

	close(fd);
	return x;
}

/* Whether the line that begins there is in one of the slices of its key; also
 * if the index says that it is wrong. */
static bool is_there(struct index *x, uint64_t key, uint64_t at)
{
	unsigned char *slices = calloc(index_slices(x) + 1, 1);
	bool sound = index_find(x, key, slices), in = false;
	struct index_frame f = {.slices = 0};
	struct index_slice s, next;

	for (size_t i = 0; sound && i < index_frames(x); i++) {
		sound = index_frame(x, i, &f);
		if (sound && at >= (uint64_t)f.frame.place &&
		    at < (uint64_t)f.frame.place + f.frame.size)
			break;
	}
	for (size_t i = 0; sound && !in && i < f.slices; i++) {
		next.at = (uint32_t)f.frame.size;
		sound = index_slice(x, &f, i, &s) && (i + 1 == f.slices ||
			    index_slice(x, &f, i + 1, &next));
		in = slices[f.slice + i] &&
		    at >= (uint64_t)f.frame.place + s.at &&
		    at < (uint64_t)f.frame.place + next.at;
	}
	free(slices);
	return in || !sound;
}

/* Whether every step-th line is there under each of its keys. */
static bool all_there(struct index *x, unsigned step)
{
	struct index_keys keys = {0};
	bool all = true;
	size_t at = 0;

	for (unsigned n = 0; at < plain.len; n++) {
		const char *p = plain.data + at;
		size_t len = (size_t)((char *)memchr(p, '\n',
			plain.len - at) - p);

		if (n % step == 0) {
			index_keys_take(&keys, (struct span){p, len});
			for (size_t i = 0; i < keys.count; i++)
				all &= is_there(x, keys.key[i], at);
		}
		at += len + 1;
	}
	index_keys_release(&keys);
	return all;
}

static uint64_t draw(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return *state >> 33;
}

/* Change a byte, cut it, or let it grow: what then opens leaves nothing out. */
static bool survives_changes(void)
{
	struct buf bad = BUF_EMPTY;
	uint64_t seed = 4;
	bool good = true;

	for (int i = 0; i < CHANGES; i++) {
		uint64_t kind = draw(&seed) % 16, at = draw(&seed) % made.len;
		struct index *x;

		buf_reset(&bad);
		buf_addspan(&bad, buf_span(&made));
		/* Half of them near the beginning. */
		at = i % 2 ? at : at % 600;
		if (kind == 0)
			bad.len = at;
		else if (kind == 1)
			buf_addc(&bad, 'x');
		else
			bad.data[at] ^= (char)(1 << draw(&seed) % 8);
		write_file("00000000000000000001.index", buf_span(&bad));
		x = open_it();
		good &= !x || (kind > 1 && all_there(x, 397));
		index_close(x);
	}
	write_file("00000000000000000001.index", buf_span(&made));
	buf_release(&bad);
	return good;
}

static bool same_again(void)
{
	struct buf first = BUF_EMPTY;
	bool same;

	buf_addspan(&first, buf_span(&made));
	same = index_make(dir, 1, 0, NULL);
	read_index();
	same = same && span_same(buf_span(&first), buf_span(&made));
	buf_release(&first);
	return same;
}

/* An index of what the segment was before a name in it was changed. */
static void check_omission(struct buf *file, const char *name)
{
	char *user = memmem(plain.data, plain.len, "User77@", 7);

	write_file(name, buf_span(file));
	OK(index_make(dir, 1, 0, NULL), "an index is made of other lines");
	memcpy(user, "Bser78@", 7);
	if (file == &packed) {
		buf_reset(&packed);
		pack();
	}
	write_file(name, buf_span(file));
	OK(index_check(dir, 1) == INDEX_WRONG,
	    "an index that leaves a name out is found");
	memcpy(user, "User77@", 7);
}

static void check_form(struct buf *file, const char *name)
{
	struct index *x;
	int64_t since, until;

	write_file(name, buf_span(file));
	(void)unlinkat(dir, "00000000000000000001.index", 0);
	OK(!open_it() && index_check(dir, 1) == INDEX_NONE, "there is none yet");
	OK(index_make(dir, 1, 0, NULL), "one is made");
	OK(index_check(dir, 1) == INDEX_SOUND, "and is what is due");
	read_index();
	OK(same_again(), "the same again");
	x = open_it();
	OK(x && index_frames(x) > 1 && index_slices(x) > index_frames(x),
	    "it has frames and slices");
	OK(all_there(x, 1), "every line is there under every key of it");
	index_span(x, &since, &until);
	OK(since < until, "and from when to when they are");
	index_close(x);
	OK(survives_changes(), "one that was changed hides nothing");
	file->data[file->len - 3] ^= 1;
	write_file(name, buf_span(file));
	OK(!open_it(), "nor is one of another segment taken");
	file->data[file->len - 3] ^= 1;
	write_file(name, (struct span){file->data, file->len - 1});
	OK(!open_it(), "or of a longer one");
	check_omission(file, name);
}

/* What is merged from a file is what is sorted in memory, and told again. */
static void check_sort(void)
{
	struct index_sort runs = {.dir = dir, .first = 1, .bits = 52},
			  whole = {.dir = -1, .bits = 52};
	uint64_t seed = 7, a = 0, b = 0, before = 0, n = 0;
	bool same = true, ordered = true, more;

	for (int i = 0; i < 4 * INDEX_SORT_RUN + 1; i++) {
		/* Some of them more than once. */
		uint64_t entry = draw(&seed) << 20 | draw(&seed) % 1000;

		entry = i % 3 ? entry : entry % 5000;
		same &= index_sort_add(&runs, entry) &&
		    index_sort_add(&whole, entry);
	}
	for (int again = 0; again < 2; again++) {
		same &= index_sort_begin(&runs) && index_sort_begin(&whole);
		do {
			more = index_sort_next(&runs, &a);
			same &= more == index_sort_next(&whole, &b) &&
			    (!more || a == b);
			ordered &= !more || !n || again || a > before;
			before = a;
			n += more;
		} while (more && same);
	}
	OK(same && n > 4 * INDEX_SORT_RUN, "runs are merged, and told again");
	OK(ordered, "in order, and each once");
	OK(runs.runs == 5 && runs.cap == INDEX_SORT_RUN, "in bounded memory");
	index_sort_release(&runs);
	index_sort_release(&whole);
}

int main(void)
{
	char path[] = "index-test.XXXXXX";

	if (!mkdtemp(path))
		return 1;
	dir = open(path, O_RDONLY | O_DIRECTORY);
	check_sort();
	for (unsigned n = 1; n <= RECORDS; n++)
		add_line(n);
	pack();
	check_form(&plain, "00000000000000000001.log");
	(void)unlinkat(dir, "00000000000000000001.log", 0);
	buf_reset(&packed);
	pack();
	check_form(&packed, "00000000000000000001.log.zst");
	buf_release(&plain);
	buf_release(&packed);
	buf_release(&made);
	return tap_done();
}
