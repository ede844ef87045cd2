/* SPDX-License-Identifier: ISC */
/* cup-export: makes mail, review files and pages of records. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/diag.h"
#include "base/mem.h"
#include "export/export.h"
#include "export/report.h"
#include "journal/operands.h"
#include "record/proof.h"

enum { RCPT_MAX = 100 };

struct options {
	const struct format *format;
	char *directory, *map, *store, *title, *cursor, *zone;
	char *url, *from, *netrc, *ca;
	const char *rcpt[RCPT_MAX + 1];
	size_t rcpts;
	enum export_per per;
	int all, clear;
};

struct shop {
	struct options opt;
	struct smtp_options smtp;
	struct writer writer;
	struct times *times;
	struct people *people;
	struct cursor *cursor;
	struct outlet *outlet;
	struct export *export;
	struct buf journal; /* its id, where a proof names it */
	struct operands in;
};

/* Rows whose value is a string that is only kept. */
enum { DIRECTORY = 'd', FORMAT = 'o', PER = 1000, ZONE, MAP, FILES, TITLE,
	URL, RCPT, FROM, CURSOR, NETRC, CA };

static void keep(char **field, char *value)
{
	free(*field);
	*field = value;
}

static void parse_format(struct options *o, char *name)
{
	o->format = format_from(name);
	if (!o->format)
		cli_misuse("option '--output': bad value '%s': eml, mbox, "
			   "rsmf, html or vcon", name);
	free(name);
}

static void parse_per(struct options *o, char *name)
{
	static const char *const names[] = {"day", "conversation", "message"};
	int i = 0;

	while (i < 3 && strcmp(name, names[i]) != 0)
		i++;
	if (i == 3)
		cli_misuse("option '--per': bad value '%s': day, conversation "
			   "or message", name);
	o->per = (enum export_per)i;
	free(name);
}

static void add_rcpt(struct options *o, char *address)
{
	if (o->rcpts == RCPT_MAX)
		cli_misuse("option '--rcpt': more than %d", RCPT_MAX);
	o->rcpt[o->rcpts++] = address;
}

static void take(struct options *o, int row, char *value)
{
	switch (row) {
	case FORMAT:
		parse_format(o, value);
		break;
	case PER:
		parse_per(o, value);
		break;
	case RCPT:
		add_rcpt(o, value);
		break;
	default:
		keep(row == DIRECTORY ? &o->directory
			: row == ZONE ? &o->zone
			: row == MAP  ? &o->map
			: row == FILES ? &o->store
			: row == TITLE ? &o->title
			: row == URL   ? &o->url
			: row == FROM  ? &o->from
			: row == NETRC ? &o->netrc
			: row == CA    ? &o->ca
				       : &o->cursor,
		    value);
	}
}

/* What does not go together. */
static void check(struct options *o)
{
	if (o->url && o->format && o->format != &format_eml)
		cli_misuse("option '--smtp' sends mails, not '%s'",
		    o->format->name);
	if (o->url && (!o->rcpts || !o->cursor))
		cli_misuse("option '--smtp' needs '--rcpt' and '--cursor'");
	if (o->url && o->directory)
		cli_misuse("option '--directory' does not go with '--smtp'");
	if (!o->url &&
	    (o->rcpts || o->cursor || o->from || o->netrc || o->ca ||
		o->clear))
		cli_misuse("options of '--smtp' are given without it");
	if (o->url)
		o->format = &format_eml;
	if (!o->format)
		cli_misuse("no format given: '--output' or '--smtp'");
	if (!o->url && !o->directory &&
	    (o->format == &format_eml || o->format == &format_rsmf))
		cli_misuse("option '--output %s' needs '--directory'",
		    o->format->name);
	if (o->directory && o->format == &format_mbox)
		cli_misuse("option '--directory' does not go with 'mbox'");
	if (o->format->daily && o->per == EXPORT_CONVERSATION)
		cli_misuse("option '--per conversation' does not go with "
			   "'%s'", o->format->name);
}

static poptContext parse(int argc, const char **argv, struct options *o)
{
	const struct poptOption table[] = {
	    {"output", FORMAT, POPT_ARG_STRING, NULL, FORMAT,
		"Write eml, mbox, rsmf, html or vcon", "FORMAT"},
	    {"directory", DIRECTORY, POPT_ARG_STRING, NULL, DIRECTORY,
		"Write files into this folder", "DIR"},
	    {"per", '\0', POPT_ARG_STRING, NULL, PER,
		"One for each day (of each conversation), conversation or "
		"message", "WHAT"},
	    {"zone", '\0', POPT_ARG_STRING, NULL, ZONE,
		"Days and times are of this zone, not UTC", "ZONE"},
	    {"map", '\0', POPT_ARG_STRING, NULL, MAP,
		"Names and mail addresses of accounts", "CSV"},
	    {"files", '\0', POPT_ARG_STRING, NULL, FILES,
		"Attach files from this store of cup-upload", "STORE"},
	    {"title", '\0', POPT_ARG_STRING, NULL, TITLE,
		"The title of a page", "TEXT"},
	    {"all", '\0', POPT_ARG_NONE, &o->all, 0,
		"Leave no record out", NULL},
	    {"smtp", '\0', POPT_ARG_STRING, NULL, URL,
		"Send mails to this server, as journal reports", "URL"},
	    {"rcpt", '\0', POPT_ARG_STRING, NULL, RCPT,
		"To this address (repeated: each)", "ADDRESS"},
	    {"mail-from", '\0', POPT_ARG_STRING, NULL, FROM,
		"From this address", "ADDRESS"},
	    {"cursor", '\0', POPT_ARG_STRING, NULL, CURSOR,
		"Have on disk what was sent, and do not send it again",
		"FILE"},
	    {"netrc", '\0', POPT_ARG_STRING, NULL, NETRC,
		"Log in with what this file has for the host", "FILE"},
	    {"ca", '\0', POPT_ARG_STRING, NULL, CA,
		"Verify the server by these authorities", "FILE"},
	    {"clear", '\0', POPT_ARG_NONE, &o->clear, 0,
		"Send also without TLS", NULL},
	    CLI_TABLE};
	poptContext ctx = cli_open(argc, argv, table,
	    "[OPTION...] [JOURNAL|FILE...]", false);
	int rc;

	while ((rc = cli_next(ctx)) >= 0)
		take(o, rc, cli_argument(ctx));
	check(o);
	return ctx;
}

static void set_up_smtp(struct shop *s)
{
	const struct options *o = &s->opt;
	const char *why;

	s->smtp = (struct smtp_options){.url = o->url,
	    .from = o->from ? o->from : "", .rcpt = o->rcpt,
	    .netrc = o->netrc, .ca = o->ca, .clear = o->clear};
	why = smtp_check(&s->smtp);
	if (why)
		cli_misuse("%s", why);
	s->cursor = cursor_open(o->cursor);
	if (!s->cursor && errno == EWOULDBLOCK)
		diag_die(EX_TEMPFAIL, "another process has '%s'", o->cursor);
	if (!s->cursor && errno == EBADMSG)
		diag_die(EX_DATAERR, "'%s' is no cursor", o->cursor);
	if (!s->cursor)
		diag_die_errno(EX_IOERR, "cannot open '%s'", o->cursor);
}

static void set_up_outlet(struct shop *s, const char *folder)
{
	const struct options *o = &s->opt;

	if (o->url) {
		/* A server that goes away in TLS is told by an error. */
		signal(SIGPIPE, SIG_IGN);
		set_up_smtp(s);
		s->outlet = outlet_smtp(&s->smtp, s->cursor, folder);
		if (!s->outlet)
			diag_die_errno(EX_IOERR, "cannot write in '%s'",
			    folder);
	} else if (o->directory) {
		s->outlet = outlet_files(o->directory);
		if (!s->outlet)
			diag_die_errno(EX_IOERR, "cannot open '%s'",
			    o->directory);
	} else {
		s->outlet = outlet_stream(STDOUT_FILENO, &s->writer,
		    o->format, s->times);
	}
}

static void set_up(struct shop *s)
{
	struct options *o = &s->opt;
	const char *folder = getenv("TMPDIR");
	struct buf why = BUF_EMPTY;

	if (!folder || !*folder)
		folder = "/var/tmp";
	s->times = times_new(span_of(o->zone ? o->zone : "UTC"));
	if (!s->times)
		cli_misuse("option '--zone': there is no zone '%s'", o->zone);
	if (o->map) {
		s->people = people_read(o->map, &why);
		if (!s->people)
			diag_die(EX_CONFIG, "%s", buf_str(&why));
	}
	s->writer.utc = times_new(span_of("UTC"));
	s->writer.digest = digest_new(NULL, 0);
	s->writer.title = o->title;
	s->writer.store = o->store;
	s->writer.whole = o->per == EXPORT_CONVERSATION;
	s->writer.single = o->per == EXPORT_MESSAGE;
	set_up_outlet(s, folder);
	s->export = export_new(
	    &(struct export_options){o->per, o->all, s->times, s->people,
		folder},
	    &s->writer, o->format, s->outlet);
}

static void release(struct shop *s)
{
	struct options *o = &s->opt;

	export_free(s->export);
	s->outlet->release(s->outlet);
	writer_release(&s->writer);
	times_free(s->writer.utc);
	times_free(s->times);
	people_free(s->people);
	cursor_close(s->cursor);
	buf_release(&s->journal);
	for (size_t i = 0; i < o->rcpts; i++)
		free((char *)o->rcpt[i]);
	free(o->directory);
	free(o->map);
	free(o->store);
	free(o->title);
	free(o->cursor);
	free(o->zone);
	free(o->url);
	free(o->from);
	free(o->netrc);
	free(o->ca);
}

/* Say what there is to say; whether it goes on. */
static void went(struct shop *s, bool ok)
{
	struct outlet *o = s->outlet;

	if (o->told.len)
		diag_lines(buf_str(&o->told));
	buf_reset(&o->told);
	if (!ok)
		diag_die(o->status, "%s", buf_str(&o->why));
}

static void add(void *arg, struct source *source, const struct record *r)
{
	struct shop *s = arg;
	struct span journal = {"", 0};
	uint64_t seq = source->seq;
	const char *fault;
	bool ok;

	if (source->journal && journal_id(source->journal).p)
		journal = journal_id(source->journal);
	else if (!seq)
		journal = proof_place(r, &seq);
	ok = export_add(s->export, r, source->line, seq, journal, &fault);
	if (fault) {
		s->in.malformed = true;
		diag_warn("%s: its stanza is not in canonical form: %s",
		    source_where(source), fault);
	}
	went(s, ok);
}

int main(int argc, char **argv)
{
	struct shop s = {.in = {add, NULL, diag_warn, &s, false, false}};
	poptContext ctx = parse(argc, (const char **)argv, &s.opt);
	const char *path = poptGetArg(ctx);
	bool refused;

	/* Times in archives are of this process's zone. */
	if (setenv("TZ", "UTC", 1) != 0)
		mem_exhausted();
	tzset();
	set_up(&s);
	if (!path)
		operands_read(&s.in, "-");
	for (; path; path = poptGetArg(ctx))
		operands_read(&s.in, path);
	poptFreeContext(ctx);
	went(&s, export_end(s.export));
	refused = s.outlet->refused;
	s.in.malformed = s.in.malformed || s.writer.lacking;
	release(&s);
	cli_close_stdout();
	if (s.in.failed)
		return EX_IOERR;
	if (refused)
		return EX_UNAVAILABLE;
	return s.in.malformed ? EX_DATAERR : EX_OK;
}
