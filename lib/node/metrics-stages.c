/* SPDX-License-Identifier: ISC */
/* A running node: its numbers as text, those that the stages of its pipelines
 * say in their files (io/sheet.h). */
#include "node/metrics-page.h"

#include <stdlib.h>
#include <string.h>

#include "io/sheet.h"
#include "node/internal.h"

static void hear(struct page *p, const struct node *n, const char *pipeline,
    const char *kind, size_t stages)
{
	for (size_t i = 0; i < stages; i++) {
		struct page_told *t = &p->told[p->count];
		char *path = commands_sheet(n->o.run_dir, n->o.name, kind, i);

		*t = (struct page_told){pipeline, i, BUF_EMPTY};
		if (sheet_read(path, &t->lines))
			p->count++;
		else
			buf_release(&t->lines);
		free(path);
	}
}

/* A number that some stages tell. */
static void add_told(struct page *p, const char *key, const char *name,
    enum page_type type, const char *help)
{
	bool begun = false;

	for (size_t i = 0; i < p->count; i++) {
		uint64_t value;

		if (!page_number(sample_value(&p->told[i].lines, key), &value))
			continue;
		if (!begun)
			page_family(p, name, type, help);
		begun = true;
		page_sample(p, type == PAGE_COUNTER ? "_total" : "");
		page_stage(p, &p->told[i]);
		page_whole(p, value);
	}
}

static void add_flushes(struct page *p)
{
	bool begun = false;

	for (size_t i = 0; i < p->count; i++) {
		struct histogram h;

		if (!histogram_read(&h,
			sample_value(&p->told[i].lines, "flush")))
			continue;
		if (!begun)
			page_family(p, "cup_journal_flush_seconds", PAGE_HISTOGRAM,
			    "Writing and syncing lines of the journal.");
		begun = true;
		page_histogram(p, &h, &p->told[i]);
	}
}

/* Who is asked there; what a URL has to log in with is nobody's business. */
static struct span url_shown(struct span url, struct buf *b)
{
	const char *end = url.p + url.n, *slashes, *at = NULL;

	buf_reset(b);
	slashes = url.n > 2 ? memchr(url.p, '/', url.n) : NULL;
	if (slashes && slashes + 1 < end && slashes[1] == '/') {
		const char *host = slashes + 2;
		const char *path = memchr(host, '/', (size_t)(end - host));

		end = path ? path : end;
		for (const char *c = host; c < end; c++)
			at = *c == '@' ? c : at;
		buf_add(b, url.p, (size_t)(host - url.p));
		url.p = at ? at + 1 : host;
	}
	buf_add(b, url.p, (size_t)(end - url.p));
	return buf_span(b);
}

static const struct {
	const char *name, *help;
	enum page_type type;
} server_families[] = {
    {"cup_compliance_server_up", "Whether the compliance server answers.",
	PAGE_GAUGE},
    {"cup_compliance_server_answers", "Records that it answered.", PAGE_COUNTER},
    {"cup_compliance_server_unanswered", "Records that it was put and has not "
	"answered.", PAGE_GAUGE},
};

/* Lines "server STATE ANSWERED UNANSWERED URL". */
static void add_server(struct page *p, size_t which, const struct page_told *t,
    struct span line)
{
	struct span state = page_word(&line), answered = page_word(&line),
		    waiting = page_word(&line);
	struct buf shown = BUF_EMPTY;
	uint64_t value = span_is(state, "up");

	if (which && !page_number(which == 1 ? answered : waiting, &value))
		return;
	page_sample(p, server_families[which].type == PAGE_COUNTER ? "_total" : "");
	page_stage(p, t);
	page_label(p, "server", url_shown(line, &shown));
	page_whole(p, value);
	buf_release(&shown);
}

static void add_servers(struct page *p)
{
	for (size_t which = 0; which < 3; which++) {
		bool begun = false;

		for (size_t i = 0; i < p->count; i++) {
			struct span rest = buf_span(&p->told[i].lines), line;

			while (page_line(&rest, "server ", &line)) {
				if (!begun)
					page_family(p, server_families[which].name,
					    server_families[which].type,
					    server_families[which].help);
				begun = true;
				add_server(p, which, &p->told[i], line);
			}
		}
	}
}

void page_stages(struct page *p, const struct node *n)
{
	hear(p, n, "messages", "stage", STAGES_MAX);
	hear(p, n, "files", "upload-stage", STAGES_MAX);
	add_told(p, "journal-bytes", "cup_journal_bytes", PAGE_COUNTER,
	    "Bytes written to the journal since its writer was started.");
	add_told(p, "journal-lines", "cup_journal_lines", PAGE_COUNTER,
	    "Lines, likewise.");
	add_told(p, "journal-seq", "cup_journal_seq", PAGE_GAUGE,
	    "SEQ of the last line on disk.");
	add_flushes(p);
	add_servers(p);
	add_told(p, "unjudged", "cup_compliance_unjudged", PAGE_COUNTER,
	    "Records that no compliance server has judged.");
	add_told(p, "lost", "cup_compliance_copies_lost", PAGE_COUNTER,
	    "Copies that there was no room for.");
	for (size_t i = 0; i < p->count; i++)
		buf_release(&p->told[i].lines);
}
