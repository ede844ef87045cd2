/* SPDX-License-Identifier: ISC */
/* A view as a mail: text, the same as a page, and the files. */
#include <stdio.h>

#include "export/mime.h"
#include "export/writer.h"

static bool put_content(struct writer *w, const struct enclosure *e,
    struct sink *s)
{
	struct coder c = {.sink = s};
	bool ok = enclosure_pass(e, w->store, w->digest, coder_pass, &c);

	base64_end(&c.code, &s->text);
	return ok;
}

static bool put_enclosed(struct writer *w, const struct enclosure *e,
    const char *boundary, struct sink *s)
{
	struct span name = talk_at(e->talk, e->name);
	struct buf *b = &s->text;

	buf_addf(b, "\n--%s\nContent-Type: application/octet-stream",
	    boundary);
	buf_adds(b, "\nContent-Transfer-Encoding: base64\n"
		    "Content-Disposition: attachment");
	mime_parameter(b, "filename", name.n ? name : span_of("file"));
	buf_addf(b, "\nX-Cup-Sha256: %.*s\n\n",
	    SPAN_ARG(talk_at(e->talk, e->sha256)));
	return put_content(w, e, s);
}

/* Text, and the same as a page. */
static void put_alternatives(struct writer *w, const struct view *v,
    const char *boundary, struct buf *b)
{
	buf_addf(b, "Content-Type: multipart/alternative;\n"
		    " boundary=\"%s\"\n\n--%s\n", boundary, boundary);
	buf_reset(&w->text);
	plain_write(w, v, &w->text);
	mime_text(b, "plain", buf_span(&w->text));
	buf_addf(b, "\n--%s\n", boundary);
	buf_reset(&w->text);
	html_write(w, v, &w->text);
	mime_text(b, "html", buf_span(&w->text));
	buf_addf(b, "\n--%s--\n", boundary);
}

static bool has_enclosed(const struct enclosures *s)
{
	for (size_t i = 0; i < s->count; i++) {
		if (!s->file[i].why)
			return true;
	}
	return false;
}

static bool write_mail(struct writer *w, const struct view *v, struct sink *s)
{
	char hex[DIGEST_HEX], inner[32], outer[32];
	struct buf *b = &s->text;

	view_digest(w, v, hex);
	/* "=_" is in no quoted-printable and in no base64. */
	snprintf(inner, sizeof(inner), "=_a%.20s", hex);
	snprintf(outer, sizeof(outer), "=_m%.20s", hex);
	mail_fields(w, v, b);
	if (!has_enclosed(&w->files)) {
		put_alternatives(w, v, inner, b);
		return sink_spill(s);
	}
	buf_addf(b, "Content-Type: multipart/mixed;\n boundary=\"%s\"\n\n--%s\n",
	    outer, outer);
	put_alternatives(w, v, inner, b);
	for (size_t i = 0; i < w->files.count; i++) {
		if (!w->files.file[i].why &&
		    !put_enclosed(w, &w->files.file[i], outer, s))
			return false;
	}
	buf_addf(b, "\n--%s--\n", outer);
	return sink_spill(s);
}

/* RFC 4155: a line of its own before each mail, and an empty one behind. What
 * begins with "From " in a mail is encoded there. */
static bool write_mbox(struct writer *w, const struct view *v, struct sink *s)
{
	int64_t last = view_last(v);
	struct buf line = BUF_EMPTY;
	struct span date;

	/* "Sun, 22 Nov 2026 21:33:38 +0000" as ctime(3) has it. */
	times_mail(w->utc, &line, last);
	date = buf_span(&line);
	buf_addf(&s->text, "From cup-export@localhost %.3s %.3s %.2s %.8s %.4s\n",
	    date.p, date.p + 8, date.p + 5, date.p + 17, date.p + 12);
	buf_release(&line);
	if (!write_mail(w, v, s))
		return false;
	buf_addc(&s->text, '\n');
	return sink_spill(s);
}

const struct format format_eml = {.name = "eml", .suffix = ".eml",
    .crlf = true, .write = write_mail};
const struct format format_mbox = {.name = "mbox", .suffix = ".mbox",
    .write = write_mbox};
