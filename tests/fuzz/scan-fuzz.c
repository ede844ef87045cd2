/* SPDX-License-Identifier: ISC */
/* Fuzzes the scanner: scan-fuzz COUNT [SEED]. Damaged streams must be framed
 * alike whatever the chunks, every byte be accounted for, and what comes
 * behind an undamaged element be found; as of a stream and of a recording. Prints what fails and exits 1. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "xml/scan.h"
#include "xmlgen.h"

enum { LIMIT = 1100 };

/* All that the scanner says of a stream, as text. */
static void frame(struct buf *log, const struct buf *stream,
    struct xmlgen *chunks, bool recording)
{
	struct scan scan;
	size_t from = 0, to = 0, take;

	scan_init(&scan, LIMIT);
	scan_restart(&scan, 0, recording);
	for (;;) {
		enum scan_item item = scan_next(&scan, stream->data + from,
		    to - from, &take);

		from += take;
		if (item == SCAN_MORE && to == stream->len)
			break;
		if (item == SCAN_MORE) {
			to = chunks ? to + 1 + xmlgen_below(chunks, 300)
				    : stream->len;
			to = to < stream->len ? to : stream->len;
			continue;
		}
		buf_addf(log, "%d %" PRIu64 "%s", item, scan.item_at,
		    scan.ended ? " ended" : "");
		if (item == SCAN_OPEN || item == SCAN_INNER) {
			buf_addf(log, " %" PRIu64 " %.*s\n", scan.tag_at,
			    SPAN_ARG(scan.item));
			continue;
		}
		/* Stray text is told of at once; its end is then not known. */
		if (item != SCAN_FAULT || !strstr(scan.why, "outside of"))
			buf_addf(log, " to %" PRIu64, scan.at);
		if (item == SCAN_FAULT)
			buf_addf(log, " %" PRIu64 " %s", scan.fault_at,
			    scan.why);
		if (item == SCAN_OVERSIZE)
			buf_addf(log, " %" PRIu64 " %zu %.64s %s",
			    scan.over->bytes, scan.over->tag,
			    scan.over->sha256, buf_str(&scan.over->head));
		buf_addc(log, '\n');
	}
	if (scan_cut_off(&scan, to - from))
		buf_addf(log, "cut %" PRIu64 " %s\n", scan.fault_at, scan.why);
	buf_addf(log, "%" PRIu64 "\n", scan.at + to - from);
	scan_release(&scan);
}

static void make(struct buf *stream, struct xmlgen *g)
{
	unsigned n = 1 + xmlgen_below(g, 4);

	buf_reset(stream);
	if (xmlgen_below(g, 2))
		buf_adds(stream, "<?xml version='1.0'?><stream:stream a='b'>");
	while (n--) {
		xmlgen_element(g);
		buf_add(stream, g->out, g->len);
	}
	if (xmlgen_below(g, 2))
		buf_adds(stream, "</stream:stream>");
	if (stream->len > XMLGEN_MAX)
		stream->len = XMLGEN_MAX;
	xmlgen_damage(g, stream->data, stream->len);
	buf_reset(stream);
	buf_add(stream, g->out, g->len);
	buf_adds(stream, "\n");
}

static bool alike(struct xmlgen *g, struct buf *stream, struct buf log[2],
    bool recording)
{
	make(stream, g);
	buf_reset(&log[0]);
	frame(&log[0], stream, NULL, recording);
	for (int i = 0; i < 3; i++) {
		buf_reset(&log[1]);
		frame(&log[1], stream, g, recording);
		if (!span_same(buf_span(&log[0]), buf_span(&log[1]))) {
			printf("not alike: %.*s\nwhole:\n%schunks:\n%s",
			    (int)stream->len, stream->data, buf_str(&log[0]),
			    buf_str(&log[1]));
			return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	static struct xmlgen g;
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
	unsigned long seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	struct buf stream = BUF_EMPTY, log[2] = {BUF_EMPTY, BUF_EMPTY};
	int rc = 0;

	for (unsigned long i = 0; i < count && !rc; i++) {
		xmlgen_seed(&g, seed + i);
		if (!alike(&g, &stream, log, i & 1)) {
			printf("seed %lu\n", seed + i);
			rc = 1;
		}
	}
	printf("%lu streams\n", count);
	buf_release(&stream);
	buf_release(&log[0]);
	buf_release(&log[1]);
	return rc;
}
