/* SPDX-License-Identifier: ISC */
/* Journal reports by SMTP. */
#include "export/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/mem.h"
#include "export/mime.h"
#include "export/unnamed.h"

struct reports {
	struct outlet outlet;
	const struct smtp_options *opt;
	struct smtp *smtp;
	struct cursor *cursor;
	struct sink sink;
	struct buf said, line;
};

static bool failed(struct outlet *o, const char *what)
{
	buf_addf(&o->why, "%s: %s", what,
	    errno == EBADMSG ? "a file in the store has changed"
			     : strerror(errno));
	o->status = EX_IOERR;
	return false;
}

static void put_addresses(struct reports *s, struct buf *b)
{
	struct mime_line l;

	mime_begin(&l, b, "From");
	buf_reset(&s->line);
	mime_mailbox(&s->line, span_of("cup-export"),
	    span_of(*s->opt->from ? s->opt->from : "cup-export@cup.invalid"));
	mime_add(&l, "", buf_span(&s->line));
	mime_end(&l);
	mime_begin(&l, b, "To");
	for (size_t i = 0; s->opt->rcpt[i]; i++) {
		buf_reset(&s->line);
		mime_mailbox(&s->line, (struct span){"", 0},
		    span_of(s->opt->rcpt[i]));
		mime_add(&l, ",", buf_span(&s->line));
	}
	mime_end(&l);
}

static void put_address(const struct view *v, size_t i, const char *name,
    struct buf *b)
{
	const struct talk *t = v->talk;
	const struct person *p = &t->person[v->person[i]];

	buf_adds(b, name);
	if (p->mail.n)
		buf_addspan(b, talk_at(t, p->mail));
	else
		mime_address(b, talk_at(t, p->jid));
	buf_addc(b, '\n');
}

/* What an archive reads of a report: a line for each of these. */
static void put_envelope(struct reports *s, struct writer *w,
    const struct view *v, struct buf *b)
{
	buf_reset(&s->line);
	put_address(v, 0, "Sender: ", &s->line);
	buf_adds(&s->line, "Subject: ");
	view_title(w, v, &s->line);
	buf_adds(&s->line, "\nMessage-Id: ");
	view_message_id(w, v, &s->line);
	buf_addc(&s->line, '\n');
	for (size_t i = 1; i < v->persons; i++)
		put_address(v, i, "To: ", &s->line);
	mime_text(b, "plain", buf_span(&s->line));
}

static bool put_report(struct reports *s, struct writer *w,
    const struct view *v, const char hex[CURSOR_HEX])
{
	struct buf *b = &s->sink.text;

	put_addresses(s, b);
	buf_adds(b, "Date: ");
	times_mail(v->talk->times, b, v->talk->item[v->first].micros);
	buf_reset(&s->line);
	buf_adds(&s->line, "Journal report: ");
	view_title(w, v, &s->line);
	buf_addc(b, '\n');
	mime_field(b, "Subject", buf_span(&s->line));
	buf_addf(b, "Message-ID: <%.40s.report@cup.invalid>\n"
		    "Auto-Submitted: auto-generated\n"
		    "X-MS-Journal-Report: \n"
		    "MIME-Version: 1.0\n"
		    "Content-Type: multipart/mixed;\n"
		    " boundary=\"=_j%.20s\"\n\n--=_j%.20s\n",
	    hex, hex, hex);
	put_envelope(s, w, v, b);
	buf_addf(b, "\n--=_j%.20s\nContent-Type: message/rfc822\n\n", hex);
	if (!format_eml.write(w, v, &s->sink))
		return false;
	buf_addf(b, "\n--=_j%.20s--\n", hex);
	return sink_flush(&s->sink);
}

/* The file holds one mail at a time. */
static bool spool(struct reports *s, struct writer *w, const struct view *v,
    const char hex[CURSOR_HEX], off_t *size)
{
	buf_reset(&s->sink.text);
	buf_reset(&s->sink.out.buf);
	if (ftruncate(s->sink.out.fd, 0) != 0 ||
	    lseek(s->sink.out.fd, 0, SEEK_SET) < 0 ||
	    !put_report(s, w, v, hex))
		return false;
	*size = lseek(s->sink.out.fd, 0, SEEK_CUR);
	return *size >= 0;
}

static bool settle(struct reports *s, struct writer *w, const struct view *v,
    enum smtp_outcome outcome)
{
	struct outlet *o = &s->outlet;
	struct buf *to = outcome == SMTP_REFUSED ? &o->told : &o->why;

	if (outcome == SMTP_REFUSED) {
		o->refused = true;
		buf_adds(to, "refused ");
		view_message_id(w, v, to);
		buf_adds(to, " (");
		view_title(w, v, to);
		buf_adds(to, "): ");
	} else {
		buf_addf(to, "'%s': ", s->opt->url);
	}
	buf_addspan(to, buf_span(&s->said));
	if (outcome == SMTP_REFUSED)
		buf_addc(to, '\n');
	o->status = outcome == SMTP_LATER ? EX_TEMPFAIL : EX_UNAVAILABLE;
	return outcome == SMTP_REFUSED;
}

static bool send_view(struct outlet *o, struct writer *w,
    const struct format *f, const struct view *v)
{
	struct reports *s = (struct reports *)o;
	enum smtp_outcome outcome;
	char hex[DIGEST_HEX];
	off_t size;

	(void)f;
	view_digest(w, v, hex);
	if (cursor_has(s->cursor, hex))
		return true;
	if (!spool(s, w, v, hex, &size))
		return failed(o, "cannot spool a mail");
	buf_reset(&s->said);
	outcome = smtp_send(s->smtp, s->sink.out.fd, size, &s->said);
	if (outcome != SMTP_TAKEN)
		return settle(s, w, v, outcome);
	return cursor_add(s->cursor, hex) ||
	    failed(o, "cannot write the cursor");
}

static bool end(struct outlet *o, struct writer *w, const struct format *f)
{
	(void)o;
	(void)w;
	(void)f;
	return true;
}

static void release(struct outlet *o)
{
	struct reports *s = (struct reports *)o;

	smtp_free(s->smtp);
	close(s->sink.out.fd);
	sink_release(&s->sink);
	buf_release(&s->said);
	buf_release(&s->line);
	buf_release(&o->why);
	buf_release(&o->told);
	free(s);
}

struct outlet *outlet_smtp(const struct smtp_options *opt,
    struct cursor *cursor, const char *folder)
{
	int fd = unnamed_open(folder);
	struct reports *s;

	if (fd < 0)
		return NULL;
	s = mem_zalloc(sizeof(*s));
	s->outlet = (struct outlet){.write = send_view, .end = end,
	    .release = release};
	s->opt = opt;
	s->cursor = cursor;
	s->smtp = smtp_new(opt);
	s->sink.out.fd = fd;
	s->sink.crlf = true;
	return &s->outlet;
}
