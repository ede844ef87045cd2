/* SPDX-License-Identifier: ISC */
/* A view in Relativity Short Message Format 2.0: a mail with one attachment,
 * rsmf.zip, in which a manifest says all, and files are. */
#include "export/rsmf-internal.h"

#include "export/mime.h"
#include "export/zip.h"

static bool pack(void *arg, const void *p, size_t n)
{
	return zip_data(arg, p, n);
}

static bool put_file(struct writer *w, struct zip *z,
    const struct enclosure *e)
{
	buf_reset(&w->scratch);
	rsmf_entry_name(e, &w->scratch);
	return zip_entry(z, buf_str(&w->scratch), e->size) &&
	    enclosure_pass(e, w->store, w->digest, pack, z);
}

static bool put_zip(struct writer *w, struct sink *s)
{
	struct coder coder = {.sink = s};
	struct zip *z = zip_new(coder_pass, &coder);
	bool ok = zip_entry(z, "rsmf_manifest.json", w->page.len) &&
	    zip_data(z, w->page.data, w->page.len);

	for (size_t i = 0; i < w->files.count && ok; i++)
		ok = w->files.file[i].why || put_file(w, z, &w->files.file[i]);
	ok = zip_end(z, ok);
	base64_end(&coder.code, &s->text);
	return ok;
}

static void put_roll_up(struct writer *w, const struct view *v,
    const char *id, struct buf *b)
{
	const struct talk *t = v->talk;
	int64_t first = t->item[v->first].micros, last = first;
	size_t files = 0;

	for (uint32_t i = view_next(v, v->first); i != TALK_NONE;
	     i = view_next(v, i + 1)) {
		int64_t micros = t->item[i].micros;

		first = micros < first ? micros : first;
		last = micros > last ? micros : last;
	}
	for (size_t i = 0; i < w->files.count; i++)
		files += !w->files.file[i].why;
	buf_adds(b, "X-RSMF-Version: " RSMF_VERSION "\n"
		    "X-RSMF-Generator: cup-export\nX-RSMF-BeginDate: ");
	times_full(t->times, b, first);
	buf_adds(b, "\nX-RSMF-EndDate: ");
	times_full(t->times, b, last);
	buf_addf(b, "\nX-RSMF-EventCount: %zu\n"
		    "X-RSMF-EventCollectionID: %.32s\n"
		    "X-RSMF-Application: XMPP\nX-RSMF-AttachmentCount: %zu\n",
	    v->count, id, files);
	buf_reset(&w->scratch);
	for (size_t i = 0; i < v->persons && i < 100; i++) {
		if (i)
			buf_adds(&w->scratch, ", ");
		buf_addspan(&w->scratch, talk_who(t, v->person[i]));
	}
	mime_field(b, "X-RSMF-Participants", buf_span(&w->scratch));
}

static bool write_rsmf(struct writer *w, const struct view *v, struct sink *s)
{
	char thread[DIGEST_HEX], hex[DIGEST_HEX];
	struct buf *b = &s->text;

	view_thread(w, v, thread);
	view_digest(w, v, hex);
	mail_fields(w, v, b);
	put_roll_up(w, v, thread, b);
	buf_addf(b, "Content-Type: multipart/mixed;\n boundary=\"=_r%.20s\"\n\n"
		    "--=_r%.20s\n", hex, hex);
	buf_reset(&w->text);
	plain_write(w, v, &w->text);
	mime_text(b, "plain", buf_span(&w->text));
	buf_addf(b, "\n--=_r%.20s\nContent-Type: application/zip\n"
		    "Content-Transfer-Encoding: base64\n"
		    "Content-Disposition: attachment; filename=\"rsmf.zip\"\n\n",
	    hex);
	buf_reset(&w->page);
	rsmf_manifest(w, v, thread, &w->page);
	if (!put_zip(w, s))
		return false;
	buf_addf(b, "\n--=_r%.20s--\n", hex);
	return sink_spill(s);
}

const struct format format_rsmf = {.name = "rsmf", .suffix = ".rsmf",
    .crlf = true, .daily = true, .write = write_rsmf};
