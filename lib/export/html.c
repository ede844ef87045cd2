/* SPDX-License-Identifier: ISC */
/* A view as a page (HTML) that needs nothing else and in which nothing acts. */
#include <inttypes.h>

#include "base/utf8.h"
#include "export/writer.h"
#include "journal/printable.h"

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1c1e21;--dim:#5c6470;--back:#fff;"
    "--box:#f3f4f6;--line:#d5d9de;--bad:#a3181f;--badback:#fdecec;"
    "--good:#1c5d99}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6e7e9;--dim:#9aa3ae;"
    "--back:#16181b;--box:#212429;--line:#3a3f46;--bad:#ff9a94;"
    "--badback:#3a1d1f;--good:#8cc4f5}}\n"
    "body{font:16px/1.45 system-ui,sans-serif;color:var(--ink);"
    "background:var(--back);max-width:50rem;margin:0 auto;padding:1rem}\n"
    "h1{font-size:1.4rem}h2{font-size:1.15rem;margin:2rem 0 .2rem;"
    "border-top:1px solid var(--line);padding-top:1rem}\n"
    "h3{font-size:.95rem;color:var(--dim);margin:1.2rem 0 .4rem}\n"
    "p{margin:.2rem 0}.about{color:var(--dim);font-size:.9rem}\n"
    ".m{background:var(--box);border-left:4px solid var(--line);"
    "border-radius:4px;padding:.4rem .7rem;margin:.45rem 0;"
    "break-inside:avoid-page}\n"
    ".bad{border-left-color:var(--bad);background:var(--badback)}\n"
    ".who{font-weight:600}.to,time{color:var(--dim);font-size:.85rem}\n"
    ".w{white-space:pre-wrap;overflow-wrap:anywhere}\n"
    ".gone{text-decoration:line-through}\n"
    ".mark{color:var(--bad);font-weight:600}.l{color:var(--dim)}\n"
    ".c{margin:.3rem 0 0 1rem;padding-left:.6rem;"
    "border-left:2px solid var(--line)}\n"
    ".c b{color:var(--good);font-weight:600}\n"
    ".h{color:var(--bad);font-size:.8em}\n"
    ".id{color:var(--dim);font:.68rem/1.3 monospace;overflow-wrap:anywhere}\n"
    "@media print{:root{--ink:#000;--dim:#444;--back:#fff;--box:#fff;"
    "--line:#999;--bad:#900;--badback:#fff;--good:#036}"
    "body{max-width:none;font-size:10.5pt;padding:0}"
    "h2,h3{break-after:avoid-page}}\n";

/* Of a mail, of which there may be a million. */
static const char short_style[] =
    ":root{color-scheme:light dark}.about,.l,.to,time{opacity:.75}"
    ".m{border-left:4px solid #999;padding:.2rem .6rem;margin:.4rem 0}"
    ".bad{border-color:#c22}.mark,.h{color:#c22;font-weight:600}"
    ".who{font-weight:600}.w{white-space:pre-wrap}"
    ".gone{text-decoration:line-through}.c{margin-left:1rem}"
    "p{margin:.1rem 0}.id{font:.68rem monospace;opacity:.75}\n";

/* What could act is text; what could not be seen is named. */
static void put_text(struct buf *b, struct span s)
{
	while (s.n) {
		size_t step = utf8_char(s.p, s.n);
		char c = s.p[0];

		if (!step)
			return;
		if (c == '<')
			buf_adds(b, "&lt;");
		else if (c == '>')
			buf_adds(b, "&gt;");
		else if (c == '&')
			buf_adds(b, "&amp;");
		else if (c == '"')
			buf_adds(b, "&quot;");
		else if (c == '\'')
			buf_adds(b, "&#39;");
		else if (c == '\n' || c == '\t' || (c >= ' ' && c <= '~'))
			buf_addc(b, c);
		else if (printable_hidden(utf8_point(s.p, step)))
			buf_addf(b, "<span class=h>&lt;U+%04X&gt;</span>",
			    (unsigned)utf8_point(s.p, step));
		else
			buf_add(b, s.p, step);
		s = (struct span){s.p + step, s.n - step};
	}
}

static void put_block(struct buf *b, const char *class, struct span s)
{
	if (!s.n)
		return;
	buf_addf(b, "<p class=\"%s\" dir=auto>", class);
	put_text(b, s);
	buf_adds(b, "</p>\n");
}

static void put_time(const struct talk *t, int64_t micros, struct buf *b)
{
	buf_adds(b, "<time datetime=\"");
	times_full(t->times, b, micros);
	buf_adds(b, "\">");
	times_clock(t->times, b, micros);
	buf_adds(b, "</time> ");
}

static void put_marks(struct writer *w, const struct talk *t,
    const struct item *i, struct buf *b)
{
	buf_reset(&w->scratch);
	if (talk_marks(t, i, &w->scratch))
		put_block(b, "mark", buf_span(&w->scratch));
}

static void put_change(struct writer *w, const struct talk *t,
    const struct item *c, struct buf *b)
{
	buf_adds(b, "<div class=c><b>");
	buf_reset(&w->scratch);
	change_title(t, c, &w->scratch);
	put_text(b, buf_span(&w->scratch));
	buf_adds(b, "</b>\n");
	put_block(b, "w", talk_at(t, c->words));
	put_marks(w, t, c, b);
	buf_adds(b, "</div>\n");
}

static void put_about(struct writer *w, const struct talk *t,
    const struct item *i, struct buf *b)
{
	static const char *const words[] = {[ITEM_SAID] = "about ",
	    [ITEM_CORRECTION] = "correction of ",
	    [ITEM_RETRACTION] = "retracts ", [ITEM_REACTION] = "reaction to "};
	struct buf *s = &w->scratch;

	buf_reset(s);
	buf_addspan(s, talk_at(t, i->label));
	if (i->about.n) {
		buf_adds(s, words[i->kind]);
		if (i->parent == TALK_NONE) {
			buf_addspan(s, talk_at(t, i->about));
		} else {
			buf_adds(s, "what ");
			buf_addspan(s,
			    talk_who(t, t->item[i->parent].author));
			buf_adds(s, " said at ");
			times_clock(t->times, s, t->item[i->parent].micros);
		}
	}
	put_block(b, "l", buf_span(s));
}

static void put_files(struct writer *w, const struct talk *t,
    const struct item *i, struct buf *b)
{
	for (size_t f = 0; f < i->files; f++) {
		const struct attached *a = &t->file[i->file + f];
		struct span sha256 = talk_at(t, a->sha256);

		buf_reset(&w->scratch);
		buf_adds(&w->scratch, "file ");
		buf_addspan(&w->scratch, talk_at(t, a->name));
		buf_addf(&w->scratch, ", %" PRIu64 " bytes, sha256 %.*s",
		    a->size, SPAN_ARG(sha256));
		put_block(b, "l w", buf_span(&w->scratch));
	}
}

static void put_ids(const struct talk *t, const struct item *i, struct buf *b)
{
	const struct copy *c;
	struct records r;

	buf_adds(b, "<div class=id>");
	records_begin(&r, t, i);
	while ((c = records_next(&r))) {
		put_text(b, talk_at(t, c->id));
		if (c->seq)
			buf_addf(b, " #%" PRIu64, c->seq);
		buf_adds(b, "<br>\n");
	}
	buf_adds(b, "</div>");
}

static void put_item(struct writer *w, const struct talk *t,
    const struct item *i, struct buf *b)
{
	bool refused = talk_refused(t, i), gone = talk_retracted(t, i);

	buf_adds(b, refused ? "<article class=\"m bad\">\n<p>"
			    : "<article class=m>\n<p>");
	put_time(t, i->micros, b);
	buf_adds(b, "<bdi class=who>");
	put_text(b, talk_who(t, i->author));
	buf_adds(b, "</bdi>");
	if (!t->room && t->person[i->addressee].jid.n) {
		buf_adds(b, " <bdi class=to>to ");
		put_text(b, talk_who(t, i->addressee));
		buf_adds(b, "</bdi>");
	}
	buf_adds(b, "</p>\n");
	put_about(w, t, i, b);
	put_block(b, gone ? "w gone" : "w", talk_at(t, i->words));
	put_files(w, t, i, b);
	put_marks(w, t, i, b);
	for (uint32_t c = i->change; c != TALK_NONE; c = t->item[c].next)
		put_change(w, t, &t->item[c], b);
	put_ids(t, i, b);
	buf_adds(b, "</article>\n");
}

static void put_head(struct buf *b, struct span title, const char *css)
{
	buf_adds(b, "<!DOCTYPE html>\n<html lang=en>\n<head>\n"
		    "<meta charset=utf-8>\n"
		    "<meta http-equiv=Content-Security-Policy content=\""
		    "default-src 'none'; style-src 'unsafe-inline'; "
		    "base-uri 'none'; form-action 'none'\">\n"
		    "<meta name=viewport content=\"width=device-width, "
		    "initial-scale=1\">\n"
		    "<meta name=referrer content=no-referrer>\n<title>");
	put_text(b, title);
	buf_adds(b, "</title>\n<style>\n");
	buf_adds(b, css);
	buf_adds(b, "</style>\n</head>\n<body>\n<h1>");
	put_text(b, title);
	buf_adds(b, "</h1>\n");
}

static void put_zone(struct times *times, struct buf *b)
{
	buf_adds(b, "<p class=about>Times are of ");
	put_text(b, span_of(times_zone(times)));
	buf_adds(b, ".</p>\n");
}

static void put_people(const struct view *v, struct buf *b)
{
	const struct talk *t = v->talk;

	buf_adds(b, "<p class=about>");
	for (size_t i = 0; i < v->persons; i++) {
		const struct person *p = &t->person[v->person[i]];

		buf_adds(b, i ? ", <bdi>" : "<bdi>");
		if (p->name.n) {
			put_text(b, talk_at(t, p->name));
			buf_adds(b, " (");
		}
		put_text(b, talk_at(t, p->jid));
		buf_adds(b, p->name.n ? ")</bdi>" : "</bdi>");
	}
	buf_adds(b, "</p>\n");
}

static void put_items(struct writer *w, const struct view *v, struct buf *b)
{
	const struct talk *t = v->talk;
	int64_t day = INT64_MIN;

	put_people(v, b);
	for (uint32_t i = view_next(v, v->first); i != TALK_NONE;
	     i = view_next(v, i + 1)) {
		int64_t today = times_day(t->times, t->item[i].micros);

		if (today != day) {
			buf_adds(b, "<h3>");
			times_date(b, today);
			buf_adds(b, "</h3>\n");
			day = today;
		}
		put_item(w, t, &t->item[i], b);
	}
}

static void put_page(struct writer *w, const struct view *v, const char *css,
    struct buf *b)
{
	buf_reset(&w->line);
	view_title(w, v, &w->line);
	put_head(b, w->title ? span_of(w->title) : buf_span(&w->line), css);
	put_zone(v->talk->times, b);
	put_items(w, v, b);
	buf_adds(b, "</body>\n</html>\n");
}

void html_write(struct writer *w, const struct view *v, struct buf *b)
{
	put_page(w, v, short_style, b);
}

static bool begin_page(struct writer *w, struct times *times, struct sink *s)
{
	put_head(&s->text,
	    span_of(w->title ? w->title : "Exported conversations"), style);
	put_zone(times, &s->text);
	return sink_spill(s);
}

static bool write_page(struct writer *w, const struct view *v, struct sink *s)
{
	if (!w->paged) {
		put_page(w, v, style, &s->text);
		return sink_spill(s);
	}
	buf_adds(&s->text, "<section>\n<h2>");
	buf_reset(&w->line);
	view_title(w, v, &w->line);
	put_text(&s->text, buf_span(&w->line));
	buf_adds(&s->text, "</h2>\n");
	put_items(w, v, &s->text);
	buf_adds(&s->text, "</section>\n");
	return sink_spill(s);
}

static bool end_page(struct writer *w, struct sink *s)
{
	(void)w;
	buf_adds(&s->text, "</body>\n</html>\n");
	return sink_spill(s);
}

const struct format format_html = {.name = "html", .suffix = ".html",
    .begin = begin_page, .write = write_page, .end = end_page};
